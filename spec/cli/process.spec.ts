import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { type EventEmitter, once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { startRedis } from '../support/brokers/redis.js'
import { removeCommand, spawnCommand } from '../support/command-line.js'
import { eventually } from '../support/eventually.js'
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

  it('takes no memory for what its reader does not read, and says how much that was', async () => {
    const made = 100
    const redis = await startRedis()
    const clients = async () => (await redis.command('CLIENT', 'LIST')).match(/^id=/gm)?.length
    const fleet = new Members()
    const [{ app }] = await fleet.start(1, { uri: redis.uri })
    const before = await clients()
    const child = await spawnCommand([
      'watch',
      redis.uri,
      '--json',
      '--data',
      '--count',
      `${made}`,
      '--key',
      fleet.key
    ])
    const begin = await says(child, /"watching".*\n/)
    const service = app.service('events') as unknown as EventEmitter
    for (let left = made; left > 0; left -= 1) service.emit('made', 'x'.repeat(100_000))
    await eventually(async () => (await clients()) === before, { message: 'it to have received all' })
    const [rest, [code]] = await Promise.all([text(child.stdout as never), once(child, 'close')])
    await fleet.closeAll()
    await redis.stop()
    const lines = (begin + rest)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const shown = lines.filter(({ type }) => type === 'event').length
    const { events, skipped } = lines.at(-1)
    expect({ code, events, all: shown + skipped }).to.deep.equal({ code: 0, events: made, all: made })
    expect(shown).to.be.within(1, 20)
    expect(lines.at(-2)).to.include({ type: 'skipped', events: skipped })
  })

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

  it('ends with 1, and says why, where its output can not be written', async () => {
    const full = await open('/dev/full', 'w').catch(() => undefined)
    const closed = full ?? (await open(process.execPath, 'r')) // where there is no such device: it can't be written to
    const child = await spawnCommand(['--version'], { stdio: ['ignore', closed.fd, 'pipe'] })
    const [errors, [code]] = await Promise.all([text(child.stderr as never), once(child, 'close')])
    await closed.close()
    expect(code).to.equal(1)
    expect(errors).to.match(/^feathers-sync: could not write to standard output: (ENOSPC|EBADF).*\n$/)
  })

  it('bench, here the hub, ends with its second process and without a word, however it is ended', async () => {
    const own = `${uri}.bench`
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const child = await spawnCommand(['bench', own, '--seconds', '30'])
      await says(child, /This loads/)
      child.kill(signal)
      const [[code], errors] = await Promise.all([once(child, 'exit'), text(child.stderr as never)]) // which both have
      expect({ signal, code, errors }).to.deep.equal({
        signal,
        code: signal === 'SIGINT' ? 130 : null,
        errors: ''
      })
    }
    await rm(own.replace('ipc://', ''), { force: true })
  })
})
