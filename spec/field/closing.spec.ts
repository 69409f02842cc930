import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { freePort } from '../support/brokers/ports.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members, range } from '../support/members.js'
import { PLACES, type Place, throughPort } from '../support/places.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'
import { type Ended, shortLife } from '../support/short-life.js'
import { startSilentServer } from '../support/silent-server.js'

/** How long `close()` takes by default, in ms, with what a busy machine adds. */
const DEFAULT_BOUND = [1500, 4500] as const

/** How many events of the instance are said not to have been sent, by any counter. */
const unsentBy = ({ lost, waiting }: { lost: number; waiting: number }) => lost + waiting

function expectDelivered(ended: Ended, receiver: Member, count: number): void {
  const { code, unsent, errors, lingered } = ended
  const seen = `code ${code}, close() said ${unsent}, errors ${errors}`
  expect(receiver.got('short life'), seen).to.deep.equal(range(1, count))
  expect({ code, unsent, errors }).to.deep.equal({ code: 0, unsent: 0, errors: [] })
  expect(lingered, 'ms from its last word to its end').to.be.below(1000)
}

describe('closing early', () => {
  let members: Members

  beforeEach(() => {
    members = new Members()
  })
  afterEach(() => members.closeAll())

  for (const [name, startPlace] of Object.entries(PLACES)) {
    describe(name, () => {
      let place: Place
      let receiver: Member

      before(async function () {
        this.timeout(60_000) // RabbitMQ takes its time
        place = await startPlace()
      })
      after(() => place.stop())

      beforeEach(async () => {
        receiver = members.configure({ uri: place.uri })
        await receiver.app.sync.ready
      })

      for (const count of [1, 200]) {
        it(`a process that makes ${count} and leaves, never awaiting ready: all arrive`, async () => {
          const created: number[] = []
          receiver.app.service('events').on('created', ({ number }) => created.push(number))
          receiver.got = () => created
          const ended = await shortLife({ options: { uri: place.uri, key: members.key }, count })
          await eventually(() => created.length >= count, { timeout: 1000 }).catch(() => {})
          expectDelivered(ended, receiver, count)
        })
      }

      it('a process that emits 50 in the turn that configures: all arrive', async () => {
        const options = { uri: place.uri, key: members.key }
        const ended = await shortLife({ options, count: 50, awaitsCreate: false })
        await eventually(() => receiver.got('short life').length >= 50, { timeout: 1000 }).catch(() => {})
        expectDelivered(ended, receiver, 50)
      })

      it('an instance of this process that emits and closes at once, and again', async () => {
        const other = members.configure({ uri: place.uri })
        other.make(10)
        expect(await Promise.all([other.app.teardown(), other.app.sync.close()])).to.have.property('1', 0)
        await eventually(() => receiver.got(other).length >= 10, { timeout: 1000 }).catch(() => {})
        expect(receiver.got(other)).to.deep.equal(range(1, 10))
      })

      if (name === 'ipc') {
        it('while the hub changes: what waits is sent, or reported', async () => {
          const [leaver, witness] = await members.start(2, { uri: place.uri })
          void receiver.app.sync.close() // it was the hub
          await eventually(() => leaver.app.sync.status !== 'ready')
          leaver.make(20)
          await leaver.app.teardown()
          const unsent = await leaver.app.sync.close()
          await eventually(() => witness.got(leaver).length >= 20 - unsent, { timeout: 3000 }).catch(() => {})
          const got = witness.got(leaver)
          expect(got).to.deep.equal(range(1, got.length))
          expect(got.length + unsent, `${got.length} arrived, ${unsent} were not sent`).to.equal(20)
          if (unsent > 0) expect(leaver.texts()).to.match(/\b20\b/)
        })
        return
      }

      describe('through a network', () => {
        let network: TcpProxy

        beforeEach(async () => {
          network = await startProxy(Number(new URL(place.uri).port))
        })
        afterEach(() => network.close())

        const start = () => members.configure({ uri: throughPort(place.uri, network.port) })

        it('away for 200 ms when a ready instance closes: the 20 that wait arrive', async () => {
          const leaver = start()
          await leaver.app.sync.ready
          network.refuse()
          network.cut()
          await eventually(() => leaver.app.sync.status === 'reconnecting')
          leaver.make(20)
          const back = delay(200).then(() => network.accept())
          await leaver.app.teardown()
          await back
          await eventually(() => receiver.got(leaver).length >= 20, { timeout: 1000 }).catch(() => {})
          expect(receiver.got(leaver), leaver.texts()).to.deep.equal(range(1, 20))
          expect(await leaver.app.sync.close()).to.equal(0)
          expect(unsentBy(leaver.app.sync.stats().events)).to.equal(0)
        })

        it('that comes 500 ms after an instance that closes at once: its events arrive', async () => {
          network.refuse()
          const leaver = start()
          leaver.make(20)
          const there = delay(500).then(() => network.accept())
          await leaver.app.teardown()
          await there
          await eventually(() => receiver.got(leaver).length >= 20, { timeout: 1000 }).catch(() => {})
          expect(receiver.got(leaver), leaver.texts()).to.deep.equal(range(1, 20))
        })

        it('whose peers have all died, when nothing was sent since: leaves at once', async () => {
          const leaver = start()
          const grave = await startProxy(Number(new URL(place.uri).port))
          const mate = members.configure({ uri: throughPort(place.uri, grave.port) })
          await Promise.all([leaver.app.sync.ready, mate.app.sync.ready])
          await eventually(() => leaver.app.sync.stats().peers.length === 2)
          await receiver.app.sync.close()
          await eventually(() => leaver.app.sync.stats().peers.length === 1)
          grave.refuse()
          grave.cut()
          network.cut()
          await eventually(() => leaver.statuses.slice(-2).join() === 'reconnecting,ready', { timeout: 5000 })
          expect(leaver.app.sync.stats().peers, 'the one that has died').to.have.length(1)
          const begun = performance.now()
          expect(await leaver.app.sync.close()).to.equal(0)
          expect(performance.now() - begun, 'ms').to.be.below(1000)
          await grave.close()
        })
      })
    })
  }

  for (const name of Object.keys(PLACES)) {
    describe(`${name} that never comes`, () => {
      let uri: string
      let stop: () => Promise<void>

      beforeEach(async () => {
        if (name === 'ipc') ({ uri, close: stop } = await startSilentServer('ipc'))
        else [uri, stop] = [`${name}://127.0.0.1:${await freePort()}`, async () => {}]
      })
      afterEach(() => stop())

      it('within 3 s, and says in all ways how many events were not sent', async () => {
        const leaver = members.configure({ uri })
        leaver.make(17)
        const start = performance.now()
        await leaver.app.teardown()
        expect(performance.now() - start, 'ms').to.be.within(...DEFAULT_BOUND)
        expect(await leaver.app.sync.close(), 'what close() says').to.equal(17)
        expect(unsentBy(leaver.app.sync.stats().events), 'stats()').to.equal(17)
        expect(leaver.errors.filter(({ message }) => /\b17\b/.test(message))).to.have.length(1)
      })

      it('within `closeTimeout`', async () => {
        const leaver = members.configure({ uri, closeTimeout: 500 })
        leaver.make(1)
        const start = performance.now()
        await leaver.app.teardown()
        expect(performance.now() - start, 'ms').to.be.within(200, 1500)
      })

      it('at once, where nothing waits', async () => {
        const leaver = members.configure({ uri })
        const start = performance.now()
        await leaver.app.teardown()
        expect(performance.now() - start, 'ms').to.be.below(2500)
        expect(leaver.texts()).not.to.match(/not (be )?sent/)
      })

      it('a process without listeners prints one line about it, and ends', async () => {
        const ended = await shortLife({ options: { uri, key: members.key }, count: 17, listens: false })
        expect(ended.lines.filter((line) => /\b17\b/.test(line))).to.have.length(1)
        expect(ended.code).to.equal(0)
        expect(ended.lingered).to.be.below(1000)
        expect(ended.unsent).to.equal(17)
      })
    })
  }
})
