import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rmdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { readOptions } from '../../demo/web/options.js'
import { freePort } from '../support/brokers/ports.js'
import { eventually } from '../support/eventually.js'
import { isAlive } from '../support/is-alive.js'
import { DemoProcess, STARTUP } from './demo-process.js'

describe('npm run demo:web', function () {
  this.timeout(STARTUP)

  describe('leaves no process and no socket behind', () => {
    const endings = {
      'when it is interrupted': { signal: 'SIGINT', ofGroup: true, code: 130, last: /Stopped\.\n$/ },
      'when its terminal is closed': { signal: 'SIGHUP', ofGroup: true, code: 130, last: /Stopped\.\n$/ },
      'when it is killed': { signal: 'SIGKILL', ofGroup: false, code: null, last: /Ctrl-C/ }
    } as const

    for (const [when, { signal, ofGroup, code, last }] of Object.entries(endings))
      it(when, async () => {
        const sockets = await mkdtemp(join(tmpdir(), 'feathers-sync-demo-'))
        const demo = await DemoProcess.start('--uri', `ipc:${sockets}/hub.sock`)
        expect(demo.pids).to.have.length(3)
        expect(await readdir(sockets)).not.to.be.empty
        expect(await demo.end(signal, ofGroup)).to.equal(code)
        expect(demo.output).to.match(last)
        await eventually(() => !demo.pids.some(isAlive), {
          timeout: 20_000,
          message: 'the end of the instances'
        })
        expect(await readdir(sockets)).to.deep.equal([])
        await rmdir(sockets)
        expect(demo.output).not.to.match(/EPIPE|ECONNRESET|Error/)
      })
  })

  for (const wait of [0, 100, 300])
    it(`is interrupted quietly ${wait} ms after it starts its instances`, async () => {
      const demo = DemoProcess.run()
      await eventually(() => /^Starting/m.test(demo.output), { timeout: STARTUP, message: 'the start' })
      await delay(wait) // the moments differ: at one of them the instances are compiled
      expect(await demo.interrupt()).to.equal(130)
      expect(demo.output)
        .to.match(/Stopped\.\n$/)
        .and.not.to.include('failed')
    })

  it('says which port is taken', async () => {
    const port = await freePort()
    const other = createServer().listen(port + 2, '127.0.0.1')
    await once(other, 'listening')
    const demo = DemoProcess.run('--port', `${port}`)
    expect(await demo.closed).to.equal(1)
    other.close()
    expect(demo.output)
      .to.include(`a port is taken`)
      .and.to.include(`127.0.0.1:${port + 2}`)
    expect(demo.output).to.include(
      `It needs ${port} to ${port + 3}: give another --port, or none for free ones.`
    )
  })

  it('says that there is no broker at the URI, without its password', async () => {
    const demo = DemoProcess.run('--uri', `redis://user:sesame@127.0.0.1:${await freePort()}`)
    expect(await demo.closed).to.equal(1)
    expect(demo.output).to.match(
      /The demo failed: instance . could not start: feathers-sync: the redis adapter/
    )
    expect(demo.output).to.include('ECONNREFUSED').and.not.to.include('sesame')
  })

  it('says that the broker to start is not installed', async () => {
    const demo = DemoProcess.runWith({ PATH: '/nowhere' }, '--broker', 'redis')
    expect(await demo.closed).to.equal(1)
    expect(demo.output).to.include(
      'The demo failed: --broker redis needs redis-server, which is not installed'
    )
    expect(demo.output).to.include('sh scripts/ensure-brokers.sh installs it')
  })

  it('explains itself when it is called with something wrong', async () => {
    const demo = DemoProcess.run('--url', 'ipc:')
    expect(await demo.closed).to.equal(2)
    expect(demo.output).to.include("Unknown option '--url'").and.to.include('Usage: npm run demo:web')
  })

  describe('readOptions', () => {
    it('has defaults', () => {
      expect(readOptions([])).to.deep.equal({ uri: 'ipc:', broker: undefined, port: 0, help: false })
    })

    for (const [args, complaint] of [
      [['ipc:'], "Unexpected argument 'ipc:'"],
      [['--uri', 'mqtt://user:sesame@127.0.0.1'], 'mqtt is an invalid adapter'],
      [['--broker', 'kafka'], '--broker has to be one of redis, nats, amqp, got kafka'],
      [['--uri', 'ipc:', '--broker', 'redis'], 'leave out one of them'],
      [['--port', '65533'], '--port has to be a number from 1 to 65532, got 65533'],
      [['--port', 'http'], '--port has to be a number from 1 to 65532, got http'],
      [['--port='], '--port has to be a number from 1 to 65532, got ']
    ] as const) {
      it(`refuses ${args.join(' ').replace('sesame', '***')}`, () => {
        const attempt = () => readOptions([...args])
        expect(attempt).to.throw(complaint)
        expect(attempt).not.to.throw('sesame')
      })
    }
  })
})

describe('scripts/ensure-chromium.sh', () => {
  it('says what to install where it can not', () => {
    const { status, stderr } = spawnSync('/bin/sh', ['scripts/ensure-chromium.sh'], {
      env: { PATH: '/nowhere' },
      encoding: 'utf8'
    })
    expect(status).to.equal(1)
    expect(stderr).to.include('The browser tests need Chromium or Chrome')
  })
})
