import { expect } from 'chai'
import { Counts } from '../../lib/delivery/counts.js'
import { decodeFrame, type PartFrame } from '../../lib/delivery/frame.js'
import type { HistoryLimit } from '../../lib/delivery/history.js'
import { Outbox } from '../../lib/delivery/outbox.js'
import { Joiner } from '../../lib/delivery/parts.js'
import type { SyncError } from '../../lib/errors.js'
import { SimClock } from '../simulation/sim-clock.js'
import { Deferred, FakeLink, settled } from './fake-link.js'
import { eventsFrame, ORIGIN } from './golden.js'

const KIB = 1024
const MIB = 1024 * KIB

describe('Outbox', () => {
  let clock: SimClock
  let link: FakeLink
  let counts: Counts
  let errors: SyncError[]
  let outbox: Outbox
  let firstSends: number

  function open(history: HistoryLimit = { events: 1000, bytes: 1e9 }, isPlain = false): void {
    clock = new SimClock(1)
    link = new FakeLink(clock)
    counts = new Counts()
    errors = []
    firstSends = 0
    outbox = new Outbox({
      origin: ORIGIN,
      link,
      clock,
      counts,
      history,
      isPlain,
      error: (error) => errors.push(error),
      onSent: () => {
        firstSends += 1
      }
    })
  }

  function send(events: number, length = 10): void {
    for (let event = 0; event < events; event += 1) outbox.send(Buffer.alloc(length, 'x'), 1)
  }

  /** Ends the turn, and lets time pass. */
  async function pass(ms = 0): Promise<void> {
    await clock.run(clock.now() + ms)
    await settled()
  }

  /** Events that went out and came back. */
  async function sendAndHear(events: number, length = 10): Promise<void> {
    send(events, length)
    await pass()
    outbox.echo(outbox.last)
    link.published = []
  }

  function goAway(): void {
    link.status = 'reconnecting'
    link.driver = async () => {
      throw new Error('away')
    }
  }

  function comeBack(): void {
    link.status = 'ready'
    link.driver = async () => {}
    outbox.resume()
  }

  beforeEach(() => open())

  describe('send', () => {
    it('publishes nothing before the turn ends', async () => {
      send(3)
      expect(link.published).to.have.length(0)
      await pass()
      expect(link.sent).to.deep.equal(['1-3'])
      expect(counts).to.include({ sent: 3, framesSent: 1 })
    })

    it('sends a thousand events of a turn in one frame', async () => {
      send(1000)
      await pass()
      expect(link.sent).to.deep.equal(['1-1000'])
    })

    it('closes a frame at 256 KiB', async () => {
      send(1000, KIB)
      await pass()
      expect(link.published.length).to.equal(4)
      for (const bytes of link.published) expect(bytes.length).to.be.at.most(256 * KIB)
    })

    it('closes a frame at what the broker takes', async () => {
      link.maxPayload = 200
      send(20)
      await pass()
      expect(link.published.length).to.be.greaterThan(1)
      for (const bytes of link.published) expect(bytes.length).to.be.at.most(200)
    })

    it('says its age in whole ms', async () => {
      await pass(1234.5)
      send(1)
      await pass()
      expect(link.of('events')[0]).to.include({ age: 1234, origin: ORIGIN })
    })

    it('hands eight frames to the driver and waits until it has taken one; what waited then shares a frame', async () => {
      const taken: Deferred[] = []
      link.driver = () => {
        const deferred = new Deferred()
        taken.push(deferred)
        return deferred.promise
      }
      for (let turn = 0; turn < 12; turn += 1) {
        send(1)
        await pass()
      }
      expect(link.sent).to.have.length(8)
      expect(outbox).to.include({ waiting: 4, unsent: 12 })
      taken[3]?.resolve()
      await settled()
      expect(link.sent.slice(8)).to.deep.equal(['9-12'])
      for (const { resolve } of taken) resolve()
      await settled()
      expect(outbox).to.include({ waiting: 0, unsent: 0 })
      expect(counts.sent).to.equal(12)
    })

    it('lets events wait for more to share a frame with while 16 KiB are in flight', async () => {
      const taken: Deferred[] = []
      link.driver = () => {
        const deferred = new Deferred()
        taken.push(deferred)
        return deferred.promise
      }
      for (let turn = 0; turn < 5; turn += 1) {
        send(10, KIB)
        await pass()
      }
      expect(link.sent).to.deep.equal(['1-10', '11-20'])
      taken[0]?.resolve()
      await settled()
      expect(link.sent.slice(2)).to.deep.equal(['21-50'])
    })

    it('lets none wait for more that fill a frame', async () => {
      goAway()
      send(900, KIB)
      await pass()
      comeBack()
      link.driver = () => new Promise(() => {})
      expect(link.published).to.have.length(3)
    })

    it('hands no more to a driver that has 4 MiB to take', async () => {
      const first = new Deferred()
      link.driver = () => first.promise
      send(3, 3 * MIB)
      expect(link.published).to.have.length(2)
      await pass()
      expect(link.published).to.have.length(2)
      first.resolve()
      await settled()
      expect(link.sent[2]).to.equal('3-3')
    })

    it('sends within a long turn before its beginning leaves the history', async () => {
      open({ events: 1e6, bytes: MIB })
      send(250, 10 * KIB)
      expect(link.published.length).to.be.greaterThan(4)
      await pass()
      expect(counts).to.include({ sent: 250, lost: 0 })
      expect(errors).to.have.length(0)
    })

    it('sends within a turn of more events than the history keeps', async () => {
      open({ events: 20, bytes: 1e9 })
      send(50)
      await pass()
      expect(link.sent).to.deep.equal(['1-20', '21-40', '41-50'])
      expect(counts.lost).to.equal(0)
    })

    it('sends within a turn of more bytes than the history keeps', async () => {
      open({ events: 1e6, bytes: 1000 })
      send(20, 100)
      await pass()
      expect(counts).to.include({ sent: 20, lost: 0 })
    })

    it('refuses what no number of parts can carry, without a number', async () => {
      link.maxPayload = 100
      outbox.send(Buffer.alloc(5 * MIB), 1)
      expect(errors.map(({ kind }) => kind)).to.deep.equal(['too-large'])
      expect(errors[0]?.message).to.match(/5242880 bytes, at most \d+ can be sent/)
      send(1)
      await pass()
      expect(link.sent).to.deep.equal(['1-1'])
    })

    it('sends units as they are without a frame, and refuses what is larger than the broker takes', async () => {
      open(undefined, true)
      link.maxPayload = 500
      outbox.send(Buffer.alloc(501, 'y'), 1)
      send(2, 500)
      await pass()
      expect(errors.map(({ kind }) => kind)).to.deep.equal(['too-large'])
      expect(link.published.map(String)).to.deep.equal(['x'.repeat(500), 'x'.repeat(500)])
    })

    it('sends what is larger than the broker takes in parts', async () => {
      link.maxPayload = 500
      const payload = Buffer.from(Array.from({ length: 2000 }, (_, at) => at % 256))
      outbox.send(payload, 1)
      await pass()
      expect(link.published).to.have.length(5)
      expect(counts).to.include({ sent: 1, framesSent: 5 })
      const joiner = new Joiner()
      let whole: Buffer | undefined
      for (const bytes of link.published) {
        expect(bytes.length).to.be.at.most(500)
        whole = joiner.take(decodeFrame(bytes) as PartFrame)
      }
      const frame = decodeFrame(whole as Buffer)
      expect(frame).to.deep.equal(eventsFrame([{ first: 1, count: 1, payload }]))
    })

    it('sends a large event alone, those around it in frames of their own', async () => {
      link.maxPayload = 500
      send(2)
      send(1, 2000)
      send(2)
      await pass()
      expect(link.sent).to.deep.equal(['1-2', '4-5'])
      expect(link.of('part').map(({ first }) => first)).to.deep.equal([3, 3, 3, 3, 3])
    })

    it('reports what a ready driver refuses', async () => {
      link.driver = async () => {
        throw new Error('no permission')
      }
      send(1)
      await pass()
      expect(errors.map(({ kind, message }) => `${kind} ${message}`)).to.deep.equal([
        'publish feathers-sync: could not publish: no permission'
      ])
      expect(counts).to.include({ sent: 0, framesSent: 0 })
    })

    it('tells that events go out for the first time, and only then', async () => {
      await sendAndHear(2)
      outbox.answer([{ from: 1, to: 2 }])
      await pass()
      expect(link.sent).to.deep.equal(['again 1-2'])
      expect(firstSends).to.equal(1)
    })
  })

  describe('while away', () => {
    beforeEach(() => open({ events: 10, bytes: 1e9 }))

    it('publishes nothing, and reports nothing', async () => {
      goAway()
      send(5)
      await pass(60_000)
      expect(link.published).to.have.length(0)
      expect(errors).to.have.length(0)
      expect(outbox).to.include({ waiting: 5, unsent: 5, last: 0 })
    })

    it('drops the oldest past the history, says so once an outage, and counts them exactly', async () => {
      goAway()
      send(25)
      await pass()
      expect(counts.lost).to.equal(15)
      expect(errors.map(({ kind }) => kind)).to.deep.equal(['overflow'])
      comeBack()
      await pass()
      expect(link.sent).to.deep.equal(['16-25'])
      outbox.echo(25)
      goAway()
      send(12)
      await pass()
      expect(counts.lost).to.equal(17)
      expect(errors).to.have.length(2)
    })

    it('counts the events of a bulk, not its messages', () => {
      goAway()
      outbox.send(Buffer.from('[1,2,3,4]'), 4)
      send(10)
      expect(counts.lost).to.equal(4)
    })

    it('does not count as lost what was sent and left the history later', async () => {
      await sendAndHear(5)
      goAway()
      send(12)
      expect(counts.lost).to.equal(2)
      await pass()
    })
  })

  describe('resume', () => {
    it('sends again what has not come back, then what waited, never both in a frame', async () => {
      await sendAndHear(3)
      send(2)
      await pass()
      goAway()
      send(2)
      await pass()
      link.published = []
      comeBack()
      await pass()
      expect(link.sent).to.deep.equal(['again 4-5', '6-7'])
      expect(counts).to.include({ sent: 7, resent: 2 })
    })

    it('sends nothing when all has come back', async () => {
      await sendAndHear(3)
      goAway()
      comeBack()
      await pass()
      expect(link.sent).to.deep.equal([])
    })

    it('sends again what the driver refused, before and after it came back', async () => {
      await sendAndHear(1)
      link.driver = async () => {
        throw new Error('cut')
      }
      send(1)
      await pass()
      comeBack()
      await pass()
      expect(link.takeSent()).to.deep.equal(['2-2', 'again 2-2'])
    })

    it('goes by what the driver refused where nothing is echoed', async () => {
      link.echoes = false
      send(2)
      await pass()
      goAway()
      comeBack()
      await pass()
      expect(link.takeSent()).to.deep.equal(['1-2'])
      link.driver = async () => {
        throw new Error('cut')
      }
      send(1)
      await pass()
      goAway()
      send(1)
      link.published = []
      comeBack()
      await pass()
      expect(link.takeSent()).to.deep.equal(['again 3-3', '4-4'])
      comeBack()
      await pass()
      expect(link.takeSent()).to.deep.equal([])
    })

    it('sends what is still there where the history has moved on', async () => {
      open({ events: 5, bytes: 1e9 })
      send(4)
      await pass()
      goAway()
      send(3)
      await pass()
      link.published = []
      comeBack()
      await pass()
      expect(link.sent).to.deep.equal(['again 3-4', '5-7'])
      expect(counts.lost).to.equal(0)
    })
  })

  describe('echo', () => {
    it('believes no number that was never sent', async () => {
      send(1)
      await pass()
      outbox.echo(1000)
      expect(outbox.isEchoed).to.equal(true)
      send(1)
      await pass()
      expect(outbox.isEchoed).to.equal(false)
    })

    it('never goes back', async () => {
      await sendAndHear(5)
      outbox.echo(2)
      expect(outbox.isEchoed).to.equal(true)
    })
  })

  describe('answer', () => {
    it('sends again what is asked for, in order and each once, and tells that it is all', async () => {
      await sendAndHear(10)
      const ranges = [
        { from: 7, to: 8 },
        { from: 2, to: 3 },
        { from: 3, to: 4 }
      ]
      expect(outbox.answer(ranges)).to.equal(true)
      await pass()
      expect(link.sent).to.deep.equal(['again 2-4', 'again 7-8'])
      expect(counts.resent).to.equal(5)
    })

    it('sends the same again at most once in 200 ms, whoever asks', async () => {
      await sendAndHear(3)
      for (let ms = 0; ms < 1000; ms += 10) {
        outbox.answer([{ from: 2, to: 2 }])
        await pass(10)
      }
      expect(link.sent).to.deep.equal(Array.from({ length: 5 }, () => 'again 2-2'))
    })

    it('sends at most 16 MiB at once, and as much a second', async () => {
      await sendAndHear(60, MIB)
      const all = [{ from: 1, to: 60 }]
      outbox.answer(all)
      expect(link.takeSent()).to.have.length(16)
      for (let round = 0; round < 10; round += 1) {
        await pass(100)
        outbox.answer(all)
      }
      expect(link.takeSent().length).to.be.within(14, 17)
    })

    it('can answer what is larger than the rate', async () => {
      await sendAndHear(1, 20 * MIB)
      outbox.answer([{ from: 1, to: 1 }])
      expect(link.takeSent()).to.deep.equal(['again 1-1'])
    })

    it('tells that it is not all where numbers are asked for that have gone, or never were', async () => {
      open({ events: 5, bytes: 1e9 })
      await sendAndHear(8)
      expect(outbox.answer([{ from: 3, to: 4 }])).to.equal(false)
      expect(outbox.answer([{ from: 8, to: 9 }])).to.equal(false)
      expect(outbox.answer([{ from: 1, to: 2 ** 48 - 1 }])).to.equal(false)
      await pass()
      expect(link.sent).to.deep.equal(['again 4-4', 'again 8-8', 'again 5-7'])
    })

    it('does not send what has not been sent yet', async () => {
      await sendAndHear(2)
      send(1)
      expect(outbox.answer([{ from: 2, to: 3 }])).to.equal(false)
      expect(link.sent).to.deep.equal(['again 2-2'])
      await pass()
      expect(link.sent).to.deep.equal(['again 2-2', '3-3'])
    })
  })

  describe('flush', () => {
    /** Is it still waiting? */
    async function flushing(): Promise<() => boolean> {
      let done = false
      void outbox.flush().then(() => {
        done = true
      })
      await settled()
      return () => !done
    }

    it('resolves when the driver has taken all, what waits for the turn to end too', async () => {
      const taken = new Deferred()
      link.driver = () => taken.promise
      send(1)
      const isWaiting = await flushing()
      await pass()
      expect(isWaiting()).to.equal(true)
      taken.resolve()
      await settled()
      expect(isWaiting()).to.equal(false)
      expect(outbox.unsent).to.equal(0)
    })

    it('resolves at once where nothing waits, or the link is away', async () => {
      expect((await flushing())()).to.equal(false)
      goAway()
      send(1)
      expect((await flushing())()).to.equal(false)
      expect(outbox.unsent).to.equal(1)
    })

    it('resolves when the link goes away meanwhile', async () => {
      const taken = new Deferred()
      link.driver = () => taken.promise
      send(1)
      const isWaiting = await flushing()
      await pass()
      link.status = 'reconnecting'
      taken.reject(new Error('cut'))
      await settled()
      expect(isWaiting()).to.equal(false)
      expect(errors).to.have.length(0)
    })
  })
})
