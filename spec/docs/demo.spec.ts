import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { Ledger } from '../../demo/ledger.js'
import { readOptions } from '../../demo/options.js'
import { freePort } from '../support/brokers/ports.js'
import { startRedis } from '../support/brokers/redis.js'
import { compile } from '../support/compile.js'
import { eventually } from '../support/eventually.js'
import { isAlive } from '../support/is-alive.js'

describe('the demo', function () {
  this.timeout(60_000) // most tests start four processes
  it('shows that every client gets every event over ipc, also when the hub has been killed', async () => {
    const { code, output } = await run('--kill', 'A')
    expect(output).to.include('✓ Every client got every event that was meant for it, once.')
    expect(output)
      .to.match(/created A-1 .*A1.*ms\n/)
      .and.to.match(/created C-2 .*B1.*ms\n/)
    expect(tableOf(output)).to.deep.equal({ A1: 12, A2: 12, B1: 20, B2: 20, C1: 19, C2: 19 })
    expect(output).not.to.include('\u001b', 'colour in what is no terminal')
    expect(code).to.equal(0)
  })

  it('runs on a broker, whose password it does not show', async () => {
    const redis = await startRedis({ password: 'open sesame' })
    const { code, output } = await run('--uri', redis.uri)
    expect(tableOf(output)).to.deep.equal({ A1: 12, A2: 12, B1: 11, B2: 11, C1: 11, C2: 11 })
    expect(output).to.include('over redis://:***@127.0.0.1').and.not.to.include('sesame')
    expect(code).to.equal(0)
  })

  it('says that there is no broker', async () => {
    const uri = `redis://user:sesame@127.0.0.1:${await freePort()}`
    const { code, output } = await outcomeOf(uncompiled('--uri', uri))
    expect(output)
      .to.include('The demo failed: instance A could not start: feathers-sync: the redis adapter')
      .and.to.include('ECONNREFUSED')
    expect(output).not.to.include('sesame')
    expect(code).to.equal(1)
  })

  it('explains itself when it is called with something wrong', async () => {
    const { code, output } = await run('--url', 'ipc:')
    expect(output).to.include("Unknown option '--url'").and.to.include('Usage: npm run demo')
    expect(code).to.equal(2)
  })

  describe('leaves no process and no socket behind', () => {
    const endings = {
      'when it is interrupted': { signal: 'SIGINT', ofGroup: true, code: 130, last: /Stopped\.\n$/ },
      'when its terminal is closed': { signal: 'SIGHUP', ofGroup: true, code: 130, last: /Stopped\.\n$/ },
      'when it is killed': { signal: 'SIGKILL', ofGroup: false, code: null, last: / / }
    } as const

    for (const [when, { signal, ofGroup, code, last }] of Object.entries(endings))
      it(when, async () => {
        const sockets = await mkdtemp(join(tmpdir(), 'feathers-sync-demo-'))
        const demo = start('--uri', `ipc:${sockets}/hub.sock`)
        const output = outputOf(demo)
        await eventually(() => /C1 C2/.test(output()), { timeout: 50_000, message: 'the instances' })
        const pids = [...output().matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid))
        expect(pids).to.have.length(3)
        expect(await readdir(sockets)).not.to.be.empty
        process.kill(ofGroup ? -(demo.pid as number) : (demo.pid as number), signal)
        expect((await once(demo, 'close'))[0]).to.equal(code)
        expect(output()).to.match(last)
        await eventually(() => !pids.some(isAlive), { timeout: 20_000, message: 'the end of the instances' })
        expect(await readdir(sockets)).to.deep.equal([])
        await rmdir(sockets)
      })
  })

  it('goes on to its end where nobody reads what it prints', async () => {
    const demo = start()
    await once(demo.stdout as NodeJS.ReadableStream, 'data')
    demo.stdout?.destroy()
    const [errors, [code]] = await Promise.all([
      text(demo.stderr as NodeJS.ReadableStream),
      once(demo, 'exit')
    ])
    expect(errors).to.equal('')
    expect(code).to.equal(0)
  })

  it('fails when an instance ends by itself', async () => {
    const demo = start('--kill', 'C')
    const output = outputOf(demo)
    await eventually(() => /C1 C2/.test(output()), { timeout: 50_000, message: 'the instances' })
    const pid = Number(/B {3}process (\d+)/.exec(output())?.[1])
    process.kill(pid, 'SIGKILL')
    const [code] = await once(demo, 'close')
    expect(output()).to.include('Instance B ended unexpectedly (SIGKILL).')
    expect(code).to.equal(1)
  })

  describe('readOptions', () => {
    it('has defaults', () => {
      expect(readOptions([])).to.deep.equal({ uri: 'ipc:', kill: undefined, help: false })
    })

    for (const [args, complaint] of [
      [['redis://127.0.0.1'], "Unexpected argument 'redis://127.0.0.1'"],
      [['--uri', 'mqtt://user:sesame@127.0.0.1'], 'mqtt is an invalid adapter'],
      [['--kill', 'D'], '--kill has to be A, B or C, got D']
    ] as const) {
      it(`refuses ${args.join(' ').replace('sesame', '***')}`, () => {
        const attempt = () => readOptions([...args])
        expect(attempt).to.throw(complaint)
        expect(attempt).not.to.throw('sesame')
      })
    }
  })

  describe('Ledger', () => {
    let ledger: Ledger

    beforeEach(() => {
      ledger = new Ledger()
      ledger.expect('created 1', ['A1', 'B1'])
      ledger.receive('created 1', 'A1', 2)
    })

    it('waits until everybody has got the event', () => {
      expect(ledger.isComplete('created 1')).to.equal(false)
      ledger.receive('created 1', 'B1', 3)
      expect(ledger.isComplete('created 1')).to.equal(true)
      expect(ledger.complaints()).to.deep.equal([])
    })

    it('complains of an event that is missing', () => {
      expect(ledger.complaints()).to.deep.equal(["B1 did not get 'created 1'"])
    })

    it('complains of one more than there should be', () => {
      for (const client of ['B1', 'B1']) ledger.receive('created 1', client, 3)
      expect(ledger.complaints()).to.deep.equal(["B1 got 'created 1' 2 times"])
    })

    it('complains of an event that should not have come', () => {
      ledger.expect('created 2', ['A1', 'B1'])
      for (const event of ['created 1', 'created 2']) ledger.receive(event, 'B1', 3)
      ledger.receive('created 2', 'A1', 3)
      ledger.receive('created 2', 'C1', 3)
      ledger.receive('removed 9', 'A1', 3)
      expect(ledger.complaints()).to.deep.equal([
        "C1 got 'created 2', which should not have reached it",
        "A1 got 'removed 9', which should not have reached it"
      ])
    })

    it('sums up by client', () => {
      ledger.receive('created 1', 'A1', 1)
      expect(ledger.summary('A1')).to.deep.equal({ expected: 1, received: 2, times: [1, 2] })
      expect(ledger.summary('B1')).to.deep.equal({ expected: 1, received: 0, times: [] })
    })
  })
})

/** As `npm run demo` does: each process compiles what it imports, so where few of them start. */
const uncompiled = (...args: string[]) =>
  spawn(process.execPath, ['--import', 'tsx', 'demo/index.ts', ...args], { detached: true })

let folder: string | undefined

function start(...args: string[]): ChildProcess {
  folder ??= compile(['demo/index.ts', 'demo/instance.ts'], { packages: 'bundle' }) // for a dozen processes
  return spawn(process.execPath, [join(folder, 'index.mjs'), ...args], { detached: true })
}

async function run(...args: string[]): Promise<Outcome> {
  return await outcomeOf(start(...args))
}

/** What it has printed so far. */
function outputOf(demo: ChildProcess): () => string {
  let output = ''
  demo.stdout?.on('data', (chunk) => {
    output += chunk
  })
  return () => output
}

interface Outcome {
  code: number
  output: string
}

async function outcomeOf(demo: ChildProcess): Promise<Outcome> {
  const [output, errors, [code]] = await Promise.all([
    text(demo.stdout as NodeJS.ReadableStream),
    text(demo.stderr as NodeJS.ReadableStream),
    once(demo, 'exit')
  ])
  return { code, output: output + errors }
}

/** What the table says that each client received. */
function tableOf(output: string): Record<string, number> {
  const rows = output.matchAll(/^ +([ABC][12]) +(\d+) +(\d+) +[\d.]+ +[\d.]+ +[\d.]+$/gm)
  return Object.fromEntries([...rows].map(([, client, , received]) => [client, Number(received)]))
}
