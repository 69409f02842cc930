import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { removeCommand, spawnCommand } from '../support/command-line.js'
import { Members } from '../support/members.js'

/** The first text that it writes which fits. */
async function says({ stdout }: ChildProcess, pattern: RegExp): Promise<string> {
  let all = ''
  for await (const chunk of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    all += chunk
    if (pattern.test(all)) return all
  }
  throw new Error(`it ended after: ${all}`)
}

describe('feathers-sync, the process', () => {
  const members = new Members()
  const uri = `ipc:///tmp/feathers-sync-${randomUUID().slice(0, 8)}.sock`
  const watch = ['watch', uri, '--key', members.key]
  before(() => members.start(1, { uri }))
  after(() => Promise.all([members.closeAll(), removeCommand()]))

  it('works with standard input closed, without color where nobody looks, and leaves nothing to wait for', async () => {
    const child = await spawnCommand(['check', uri, '--key', members.key], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CI: 'true', FORCE_COLOR: '1', NO_COLOR: '' }
    })
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout as never),
      text(child.stderr as never),
      once(child, 'close')
    ])
    expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
    expect(output).to.match(/✓ rights/)
    expect(output).not.to.include('\u001b')
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends cleanly at ${signal}, with what it has seen`, async () => {
      const child = await spawnCommand(watch)
      await says(child, / is here/)
      child.kill(signal)
      const [rest, [code]] = await Promise.all([text(child.stdout as never), once(child, 'close')])
      expect(code).to.equal(0)
      expect(rest).to.match(/0 events in [\d.]+ s .*1 instance/)
    })
  }

  it('ends without a word when its reader has gone', async () => {
    const child = await spawnCommand(watch)
    await says(child, / is here/)
    child.stdout?.destroy()
    const [member] = members.all
    const timer = setInterval(() => member?.make(1), 50)
    const [errors, [code, signal]] = await Promise.all([text(child.stderr as never), once(child, 'close')])
    clearInterval(timer)
    expect({ code, signal, errors }).to.deep.equal({ code: 0, signal: null, errors: '' })
  })
})
