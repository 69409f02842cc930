import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { type Host, processTerminal } from '../../lib/cli/terminal.js'

/** A process with a terminal, or without. */
function host(env: NodeJS.ProcessEnv, { isTTY = true, platform = 'linux' } = {}) {
  const stream = () => Object.assign(new PassThrough(), { isTTY })
  const [stdout, stderr, stdin] = [stream(), stream(), stream()]
  const signals = new EventEmitter()
  const once = (signal: string, listener: () => void) => signals.once(signal, listener)
  return {
    signals,
    stdout,
    stderr,
    host: { env, platform, stdout, stderr, stdin, argv: [], once } as unknown as Host
  }
}

const looks = (env: NodeJS.ProcessEnv, options?: { isTTY?: boolean; platform?: string }) => {
  const { isTerminal, colors } = processTerminal(host(env, options).host)
  return { inPlace: isTerminal, colored: colors.bold('x') !== 'x' }
}

describe('processTerminal', () => {
  it('draws in place and in color on a terminal that says that it can', () => {
    const all = { inPlace: true, colored: true }
    for (const TERM of ['xterm-256color', 'linux', 'screen']) expect(looks({ TERM })).to.deep.equal(all)
    expect(looks({}, { platform: 'win32' })).to.deep.equal(all)
  })

  it('draws neither where nobody looks, or nobody says what the terminal can', () => {
    const nothing = { inPlace: false, colored: false }
    for (const env of [{ TERM: 'dumb' }, { TERM: '' }, {}, { TERM: 'dumb', FORCE_COLOR: '1', CI: 'true' }])
      expect(looks(env)).to.deep.equal(nothing)
    expect(looks({ TERM: 'xterm', FORCE_COLOR: '1', CI: 'true' }, { isTTY: false })).to.deep.equal(nothing)
  })

  it('draws in place, without color, where color is not wanted', () => {
    expect(looks({ TERM: 'xterm', NO_COLOR: '1' })).to.deep.equal({ inPlace: true, colored: false })
    expect(looks({ TERM: 'xterm', NO_COLOR: '' }).colored).to.equal(true)
  })

  it('tells that its reader is behind, and when it has caught up', async () => {
    const { host: process, stdout } = host({})
    const terminal = processTerminal(process)
    terminal.write('x'.repeat(1000))
    expect(terminal.isBehind).to.equal(false)
    terminal.write('x'.repeat(2 ** 21))
    expect(terminal.isBehind).to.equal(true)
    stdout.resume()
    await terminal.caughtUp()
    expect(terminal.isBehind).to.equal(false)
  })

  it('is ended by a reader that has gone, and by output that is lost, which is a failure', () => {
    const end = (code: string) => {
      const { host: process, stdout, stderr } = host({})
      const { signal } = processTerminal(process)
      stdout.emit('error', Object.assign(new Error(`${code}: it failed`), { code }))
      return { reason: signal.reason, exitCode: process.exitCode, errors: String(stderr.read() ?? '') }
    }
    expect(end('EPIPE')).to.deep.equal({ reason: 0, exitCode: undefined, errors: '' })
    const errors = 'feathers-sync: could not write to standard output: ENOSPC: it failed\n'
    expect(end('ENOSPC')).to.deep.equal({ reason: 1, exitCode: 1, errors })
  })

  it('gives up reading its input at a signal', async () => {
    const { host: process, signals } = host({})
    const terminal = processTerminal(process)
    const input = terminal.input()
    signals.emit('SIGINT')
    const error = await input.catch((error) => error)
    expect(error.name).to.equal('AbortError')
    expect(terminal.signal.reason).to.equal(130)
  })
})
