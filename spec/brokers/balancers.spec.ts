import { once } from 'node:events'
import { accessSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { ManagerOptions, SocketOptions } from 'socket.io-client'
import { connected, isListening, ServerStage } from '../docs/server-stage.js'
import { Daemon } from '../support/brokers/daemon.js'
import { freePort } from '../support/brokers/ports.js'
import { eventually } from '../support/eventually.js'
import { snippetsOf } from '../support/snippets.js'

const page = await snippetsOf('docs/production.md')
const started = page.find(({ heading, language }) => heading === 'Start and stop' && language === 'js')
const CLIENTS = 6

interface Balancer {
  program: string
  /** The arguments that run `file` in the foreground. */
  args(file: string, folder: string): string[]
  /** A whole configuration, of the one on the page. */
  config(text: string, folder: string): string
  /** What makes client number `index` another one to the balancer. */
  client(index: number): Partial<ManagerOptions & SocketOptions>
}

const balancers: Record<string, Balancer> = {
  nginx: {
    program: '/usr/sbin/nginx',
    args: (file, folder) => ['-p', folder, '-c', file, '-g', 'daemon off; error_log stderr notice;'],
    config: (text, folder) => {
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/${name};`
      )
      return `pid ${folder}/pid; events {} http { access_log off; ${paths.join(' ')} ${text} }`
    },
    // All of 127.0.0.0/8 is this machine on Linux.
    client: (index) => ({ agent: new Agent({ localAddress: `127.0.0.${index + 2}` }) as never })
  },
  haproxy: {
    program: '/usr/sbin/haproxy',
    args: (file) => ['-W', '-f', file],
    config: (text) => text,
    client: () => ({ withCredentials: true })
  }
}

describe('docs/production.md, sticky sessions', function () {
  this.timeout(60_000)
  const stage = new ServerStage()

  for (const [name, { program, args, config, client }] of Object.entries(balancers)) {
    if (!isInstalled(program)) {
      console.log(`not run: ${name} is not installed (apt-get install ${name})`)
      continue
    }

    describe(name, () => {
      let folder: string
      let balancer: Daemon
      let ports: [number, number, number]

      /** Starts two instances and, in front of them, the balancer as `text` configures it. */
      async function start(text: string) {
        ports = [await freePort(), await freePort(), await freePort()]
        const told =
          "app.service('messages').hooks({ after: { create: [(context) => { context.result.pid = process.pid }] } })\n"
        const instances = await Promise.all(
          ports.slice(0, 2).map((port) => stage.start(told + started?.code, {}, port))
        )
        for (const port of ports.slice(0, 2)) await eventually(() => isListening(port), { timeout: 30_000 })
        folder = await mkdtemp(join(tmpdir(), 'balancer-'))
        const file = join(folder, 'balancer.conf')
        const own = text
          .replaceAll('8080', `${ports[2]}`)
          .replaceAll('3030', `${ports[0]}`)
          .replaceAll('3031', `${ports[1]}`)
        await writeFile(file, config(own, folder))
        const command = {
          file: program,
          args: args(file, folder),
          env: {},
          files: {},
          killer: 'kill -s KILL -- "-$group"'
        }
        balancer = await Daemon.start(command, folder, /start worker process|Loading success|New worker/)
        await eventually(() => isListening(ports[2]), { message: 'the balancer' })
        return instances
      }

      const block = () => page.find(({ language }) => language === name)?.code ?? ''

      afterEach(async () => {
        await balancer.stop()
        await rm(folder, { recursive: true, force: true })
      })

      for (const transports of [['polling'], ['polling', 'websocket']]) {
        it(`keeps each session with ${transports} at its instance`, async () => {
          const [leaver] = await start(block())
          const clients = Array.from({ length: CLIENTS }, (_, index) =>
            stage.client({ transports, ...client(index) }, ports[2])
          )
          await Promise.all(clients.map(({ socket }) => connected(socket)))
          const pids = await Promise.all(
            clients.map(({ socket }, index) => {
              return new Promise((resolve, reject) => {
                socket.emit(
                  'create',
                  'messages',
                  { text: `from ${index}` },
                  (error: Error, message: { pid: number }) => (message ? resolve(message.pid) : reject(error))
                )
              })
            })
          )
          expect(new Set(pids).size).to.equal(2)
          const all = clients.map((_, index) => `from ${index}`)
          await eventually(() => clients.every(({ texts }) => texts.length >= all.length))
          for (const { texts } of clients) expect([...texts].sort()).to.deep.equal(all)

          await leaver?.end('SIGTERM')
          const isBack = async () => {
            await Promise.all(clients.map(({ socket }) => connected(socket)))
            await clients[0]?.create('after')
            return clients.every(({ texts }) => texts.includes('after'))
          }
          await eventually(isBack, { timeout: 30_000, message: 'an event at the clients of both instances' })
        })
      }

      it('without it, the other instance does not know the session', async () => {
        await start(
          block()
            .replace(/^.*(hash|cookie instance).*$/m, '')
            .replaceAll(/cookie (one|two)/g, '')
            .replace('leastconn', 'roundrobin')
        )
        const { socket } = stage.client({ transports: ['polling'], ...client(0) }, ports[2])
        const [error] = await once(socket as never, 'connect_error')
        expect(error.context.status).to.equal(400)
        const foreign = `http://127.0.0.1:${ports[2]}/socket.io/?EIO=4&transport=polling&sid=another`
        expect(await (await fetch(foreign)).text()).to.contain('Session ID unknown')
      })
    })
  }
})

function isInstalled(program: string): boolean {
  try {
    accessSync(program)
    return true
  } catch {
    return false
  }
}
