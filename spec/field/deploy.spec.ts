import { once } from 'node:events'
import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Application } from '@feathersjs/feathers'
import socketio from '@feathersjs/socketio'
import { expect } from 'chai'
import { io, type Socket } from 'socket.io-client'
import { frameworks } from '../applications/servers.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { type Member, type MemberOptions, Members } from '../support/members.js'

/** For how long calls are still under way while their instance leaves, in ms. */
const LATE = 300

type Listening = Application & { listen(port: number): Promise<Server> }

interface Served {
  url: string
  /** Resolves with the status of the answer. */
  call(): Promise<number>
  /** Waits until so many calls have reached the service. */
  underWay(count: number): Promise<void>
  /** Lets the service answer. */
  finish(): void
}

/** A real HTTP server with a service that does not answer before it may. */
async function serve(member: Member): Promise<Served> {
  let [calls, finish] = [0, () => {}]
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  member.app.use('slow', {
    create: async ({ number }: { number: number }) => {
      calls += 1
      await finished
      return { number }
    }
  } as never)
  const server = await (member.app as Listening).listen(0)
  if (!server.listening) await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let number = 0
  return {
    url,
    call: () => post(`${url}/slow`, { number: ++number }),
    // Before that a server that closes may reset their connections, whatever the framework.
    underWay: (count) => eventually(() => calls === count, { message: 'the calls at the service' }),
    finish
  }
}

/** Over a connection of its own. Resolves with the status of the answer. */
async function post(url: string, body: object): Promise<number> {
  const call = request(url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } })
  call.end(JSON.stringify(body))
  const [response] = await once(call, 'response')
  response.resume()
  return response.statusCode
}

describe('a deploy', () => {
  let broker: RedisBroker
  let members: Members
  let sockets: Socket[]

  before(async () => {
    broker = await startRedis()
  })
  after(() => broker.stop())

  beforeEach(() => {
    members = new Members()
    sockets = []
  })

  afterEach(async () => {
    for (const socket of sockets) socket.disconnect()
    for (const { app } of members.all) {
      const { server } = app as unknown as { server?: Server }
      server?.closeAllConnections()
      server?.close()
    }
    await members.closeAll()
  })

  /** What another instance hears of the slow service. */
  const listen = async (): Promise<number[]> => {
    const numbers: number[] = []
    const other = members.configure({ uri: broker.uri })
    other.app.use('slow', { create: async () => ({}) } as never)
    other.app.service('slow').on('created', ({ number }: { number: number }) => numbers.push(number))
    await other.app.sync.ready
    return numbers
  }

  for (const framework of ['koa', 'express'] as const) {
    describe(`of ${framework}`, () => {
      const start = (options: Partial<MemberOptions> = {}): Member => {
        const app = frameworks[framework]()
        app.configure(socketio({ transports: ['websocket'] }) as never)
        return members.configure({ uri: broker.uri, app, ...options })
      }

      it('sends the event of a POST that is under way, and of each of ten', async () => {
        const heard = await listen()
        const leaver = start()
        const { call, underWay, finish } = await serve(leaver)
        await leaver.app.sync.ready
        const calls = Promise.all(Array.from({ length: 10 }, () => call()))
        await underWay(10)
        const down = leaver.app.teardown()
        await delay(LATE)
        finish()
        const [statuses] = await Promise.all([calls, down])
        expect(statuses).to.deep.equal(Array(10).fill(201))
        await eventually(() => heard.length >= 10).catch(() => {})
        expect(heard.sort((a, b) => a - b)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        expect(await leaver.app.sync.close()).to.equal(0)
        expect(leaver.texts()).to.equal('')
      })

      it('with an open websocket: sends what is made within `closeTimeout`, and reports what comes later', async () => {
        const heard = await listen()
        const leaver = start({ closeTimeout: 2500 })
        const { url, call, underWay, finish } = await serve(leaver)
        await leaver.app.sync.ready
        const socket = io(url, { transports: ['websocket'], reconnection: false })
        sockets.push(socket)
        await once(socket as never, 'connect')
        const early = call()
        await underWay(1)
        const down = leaver.app.teardown()
        await delay(LATE)
        finish()
        expect(await early).to.equal(201)
        // though the websocket keeps the server open
        await eventually(() => leaver.app.sync.status === 'closed', { message: 'the close' })
        await eventually(() => heard.length > 0).catch(() => {})
        expect(heard).to.deep.equal([1])
        const reports = leaver.errors.length
        const answer = await new Promise((resolve) =>
          socket.emit('create', 'slow', { number: 99 }, {}, (error: unknown) => resolve(error))
        )
        expect(answer, 'the error of the call').to.equal(null)
        await eventually(() => leaver.errors.length > reports, {
          message: 'a report of the event after the close'
        })
        expect(heard).to.deep.equal([1])
        socket.disconnect()
        await down
      })

      it('while the broker is away: what is made meanwhile is reported', async () => {
        const leaver = start({ closeTimeout: 2000 })
        const { call, underWay, finish } = await serve(leaver)
        await leaver.app.sync.ready
        const running = call()
        await underWay(1)
        await broker.kill()
        try {
          const down = leaver.app.teardown()
          await delay(LATE)
          finish()
          const [status] = await Promise.all([running, down])
          expect(status).to.equal(201)
          expect(await leaver.app.sync.close(), 'what close() says').to.equal(1)
          expect(leaver.texts()).to.match(/\b1 event/)
        } finally {
          await broker.start()
        }
      })
    })
  }
})
