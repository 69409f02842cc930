import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { eventually } from '../support/eventually.js'
import { type Member, type MemberOptions, Members } from '../support/members.js'
import { PLACES, throughPort } from '../support/places.js'
import { startProxy } from '../support/proxy.js'
import { type Ended, shortLife } from '../support/short-life.js'
import { type SilentServer, startSilentServer } from '../support/silent-server.js'

/** What has each driver give an attempt up soon, where it can be told. */
const IMPATIENT: Record<string, Partial<MemberOptions>> = {
  redis: { redisOptions: { socket: { connectTimeout: 300, socketTimeout: 300 } } },
  amqp: { amqpConnectionOptions: { timeout: 300 } },
  nats: { natsConnectionOptions: { timeout: 300 } },
  ipc: {}
}

/** A connection that is open and silent is reported, with what may be the reason. */
const SAYS_SO = /^connect: .*(not answer|answered in time).*(\d{4}|path)/

const { ipc: _, ...BROKERS } = PLACES

describe('a server that accepts and says nothing', () => {
  let members: Members

  before(async function () {
    this.timeout(60_000)
    await sharedRabbit()
  })

  beforeEach(() => {
    members = new Members()
  })

  afterEach(async () => {
    await members.closeAll()
  })

  for (const [what, isImpatient, ms] of [
    ['6.5 s', false, 6500],
    ['2 s of short attempts', true, 2000],
    ['20 ms', false, 20]
  ] as const) {
    // All of them wait at the same time.
    describe(`for ${what}`, () => {
      const all = new Members()
      const started = new Map<string, { silent: SilentServer; member: Member }>()

      before(async () => {
        for (const [scheme, impatient] of Object.entries(IMPATIENT)) {
          const silent = await startSilentServer(scheme)
          const options = isImpatient ? impatient : {}
          const member = all.configure({ uri: silent.uri, closeTimeout: 500, ...options })
          started.set(scheme, { silent, member })
        }
        await delay(ms)
      })

      after(async () => {
        await all.closeAll()
        for (const { silent } of started.values()) await silent.close()
      })

      for (const scheme of Object.keys(IMPATIENT)) {
        it(`${scheme}: no connection is left a second after close()`, async () => {
          const { silent, member } = started.get(scheme) as { silent: SilentServer; member: Member }
          expect(member.app.sync.status).to.equal('connecting')
          if (ms > 1000 && (scheme !== 'ipc' || ms > 5000)) expect(member.texts()).to.match(SAYS_SO)
          const [open, { accepted }] = [silent.open, silent]
          const start = performance.now()
          await member.app.sync.close()
          expect(performance.now() - start, 'ms that close() took').to.be.below(3500)
          const message = `no connection to be open: ${open} of ${accepted} were before close()`
          await eventually(() => expect(silent.open, message).to.equal(0), { timeout: 1000 })
          // nor is one made afterwards
          await delay(300)
          expect(silent.open).to.equal(0)
          expect(open, 'connections at a time').to.be.below(3)
        })
      }
    })
  }

  for (const [name, startPlace] of Object.entries(BROKERS)) {
    it(`${name}, when a broker falls silent that was there: no connection is left`, async () => {
      const place = await startPlace()
      const network = await startProxy(Number(new URL(place.uri).port))
      try {
        const uri = throughPort(place.uri, network.port)
        const member = members.configure({ uri, closeTimeout: 500, ...IMPATIENT[name] })
        await member.app.sync.ready
        network.stall()
        network.cut()
        await eventually(() => member.app.sync.status === 'reconnecting', {
          message: 'the cut',
          timeout: 3000
        })
        await eventually(() => network.connections > 0, { message: 'a new connection', timeout: 3000 })
        await delay(1500)
        const open = network.connections
        await member.app.sync.close()
        await delay(300)
        // what the proxy holds back includes the end of a connection
        network.resume()
        const message = `no connection to be open: ${open} were before close()`
        await eventually(() => expect(network.connections, message).to.equal(0), { timeout: 1000 })
      } finally {
        await network.close()
        await place.stop()
      }
    })
  }

  it('a process ends by itself, whatever the adapter', async () => {
    const schemes = Object.keys(IMPATIENT)
    const servers = await Promise.all(schemes.map((scheme) => startSilentServer(scheme)))
    try {
      const lives = servers.map(({ uri }) =>
        shortLife({ options: { uri, closeTimeout: 500 }, count: 1, waits: 6000 })
      )
      const all = await Promise.all(lives)
      const seen = ({ code, lingered, unsent }: Ended) => ({ code, lingers: lingered > 1000, unsent })
      const text = JSON.stringify(all.map(({ code, lingered, took }) => ({ code, lingered, took })))
      expect(
        Object.fromEntries(all.map((ended, index) => [schemes[index], seen(ended)])),
        text
      ).to.deep.equal(
        Object.fromEntries(schemes.map((scheme) => [scheme, { code: 0, lingers: false, unsent: 1 }]))
      )
    } finally {
      await Promise.all(servers.map((each) => each.close()))
    }
  })
})
