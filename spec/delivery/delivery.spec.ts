import { expect } from 'chai'
import { Counts } from '../../lib/delivery/counts.js'
import { Delivery } from '../../lib/delivery/delivery.js'
import type { SyncGap } from '../../lib/delivery/receive/receiver.js'
import { split } from '../../lib/delivery/wire/fragments.js'
import { type BeatFrame, encodeFrame, type Frame } from '../../lib/delivery/wire/frame.js'
import type { SyncError } from '../../lib/errors.js'
import { SimClock } from '../simulation/sim-clock.js'
import { Deferred, FakeLink, settled } from './fake-link.js'
import { bytesOf, eventsFrame, GOLDEN, ORIGIN, OTHER } from './wire/golden.js'

describe('Delivery', () => {
  let clock: SimClock
  let link: FakeLink
  let counts: Counts
  let delivered: string[]
  let gaps: SyncGap[]
  let errors: SyncError[]
  let plain: Uint8Array[]
  let delivery: Delivery

  function open({ heartbeat = 5000, receives = true, events = 1000, wire = 4 as 3 | 4 } = {}): void {
    clock = new SimClock(1)
    link = new FakeLink(clock)
    counts = new Counts()
    delivered = []
    gaps = []
    errors = []
    plain = []
    delivery = new Delivery({
      link,
      clock,
      counts,
      history: { events, bytes: 1e9 },
      heartbeat,
      receives,
      wire,
      plain: (bytes) => plain.push(bytes),
      deliver: (payload) => delivered.push(payload.toString()),
      gap: (gap) => gaps.push(gap),
      error: (error) => errors.push(error)
    })
  }

  async function pass(ms = 0): Promise<void> {
    await clock.run(clock.now() + ms)
    await settled()
  }

  /** The broker hands back what was published, once. */
  function echo(): void {
    const { published } = link
    link.published = []
    for (const bytes of published) delivery.receive(bytes)
  }

  const receive = (frame: Frame) => delivery.receive(encodeFrame(frame))
  const takeEvent = (number: number) =>
    receive(
      eventsFrame([{ first: number, count: 1, payload: Buffer.from(`${number}`) }], {
        origin: OTHER,
        age: clock.now()
      })
    )
  const takeBeat = (more: Partial<BeatFrame> = {}) =>
    receive({ kind: 'beat', origin: OTHER, age: 0, oldest: 1, last: 0, join: false, bye: false, ...more })
  const ask = (from: number, to: number, target = delivery.origin) =>
    receive({ kind: 'ask', origin: OTHER, target, ranges: [{ from, to }] })

  /** Ends what waits for a promise. */
  async function close(timeout = 1000): Promise<number> {
    const closing = delivery.close(timeout)
    await settled()
    await pass(timeout)
    return closing
  }

  beforeEach(() => open())

  describe('receive', () => {
    it('hands on the events of others, and drops its own', async () => {
      delivery.send(Buffer.from('mine'), 1)
      await pass()
      echo()
      takeEvent(1)
      expect(delivered).to.deep.equal(['1'])
      expect(counts).to.include({ received: 1, framesReceived: 2, sent: 1, framesSent: 1 })
      expect(counts.bytesReceived).to.be.greaterThan(counts.bytesSent)
    })

    it('sees by its own frames what the broker has had', async () => {
      delivery.send(Buffer.from('mine'), 1)
      await pass()
      expect(delivery.outbox.isEchoed).to.equal(false)
      echo()
      expect(delivery.outbox.isEchoed).to.equal(true)
    })

    it('throws nothing on any bytes, reports each, and goes on', () => {
      const dice = new SimClock(9)
      for (let round = 0; round < 20_000; round += 1) {
        const { hex } = GOLDEN[dice.integer(0, GOLDEN.length - 1)] as (typeof GOLDEN)[number]
        const bytes = bytesOf(hex)
        for (let count = dice.integer(1, 3); count > 0; count -= 1) {
          bytes[dice.integer(0, bytes.length - 1)] = dice.integer(0, 255)
        }
        delivery.receive(bytes.subarray(0, dice.integer(0, bytes.length)))
      }
      expect(errors.length).to.be.greaterThan(1000)
      expect(new Set(errors.map(({ kind }) => kind))).to.deep.equal(new Set(['frame']))
      delivered = []
      takeEvent(1)
      expect(delivered).to.deep.equal(['1'])
    })

    it('joins the parts of an event', () => {
      const payload = Buffer.alloc(1000, 'x')
      const frame = encodeFrame(eventsFrame([{ first: 1, count: 1, payload }], { origin: OTHER }))
      for (const part of split(frame, 300, OTHER, 1)) delivery.receive(part)
      expect(delivered).to.deep.equal([payload.toString()])
    })

    it('refuses parts that make no frame of events of their origin', () => {
      const events = (origin: string) =>
        encodeFrame(eventsFrame([{ first: 1, count: 1, payload: Buffer.alloc(100) }], { origin }))
      const beat = encodeFrame({
        kind: 'beat',
        origin: OTHER,
        age: 0,
        oldest: 1,
        last: 0,
        join: true,
        bye: true
      })
      for (const whole of [events(ORIGIN), events(delivery.origin), beat, Buffer.alloc(100)]) {
        for (const part of split(whole, 40, OTHER, 1)) delivery.receive(part)
      }
      expect(errors.map(({ kind }) => kind)).to.deep.equal(['frame', 'frame', 'frame', 'frame'])
      expect(delivered).to.deep.equal([])
    })

    it('asks for what is missing', async () => {
      takeEvent(1)
      takeEvent(4)
      await pass(100)
      expect(link.of('ask')).to.deep.equal([
        { kind: 'ask', origin: delivery.origin, target: OTHER, ranges: [{ from: 2, to: 3 }] }
      ])
    })

    it('sends again what is asked for', async () => {
      delivery.send(Buffer.from('mine'), 1)
      await pass()
      echo()
      ask(1, 1, ORIGIN)
      await pass()
      expect(link.takeSent()).to.deep.equal([])
      ask(1, 1)
      await pass()
      expect(link.takeSent()).to.deep.equal(['again 1-1'])
    })

    it('tells who asks for numbers that have gone where they begin, at most each 50 ms', async () => {
      open({ events: 3 })
      for (let event = 0; event < 5; event += 1) {
        delivery.send(Buffer.from('mine'), 1)
        await pass()
      }
      echo()
      for (let ms = 0; ms < 200; ms += 5) {
        ask(1, 2)
        await pass(5)
      }
      const beats = link.of('beat')
      expect(beats).to.have.length(4)
      for (const beat of beats) expect(beat).to.include({ oldest: 3, last: 5 })
    })

    it('tells who asks for numbers that never were where they end', async () => {
      ask(1, 1000)
      await pass()
      expect(link.of('beat')).to.have.length(1)
      expect(link.of('beat')[0]).to.include({ oldest: 1, last: 0, join: false, bye: false })
    })

    it('answers who joins', async () => {
      takeBeat({ join: true })
      await pass(50)
      expect(link.of('beat')).to.have.length(1)
    })

    it('says in a beat nothing of what waits', async () => {
      delivery.send(Buffer.from('mine'), 1)
      ask(1, 1)
      expect(link.of('beat')[0]).to.include({ oldest: 1, last: 0 })
    })

    it('delivers nothing where events are of no interest', () => {
      open({ receives: false })
      takeEvent(1)
      expect(delivered).to.deep.equal([])
      expect(delivery.inbox.size).to.equal(0)
      takeBeat()
      expect(delivery.inbox.size).to.equal(1)
    })
  })

  describe('wire 3', () => {
    beforeEach(() => open({ wire: 3 }))

    it('sends payloads as they are, each alone, and no frame at any time', async () => {
      delivery.online()
      delivery.send(Buffer.from('one'), 1)
      delivery.send(Buffer.from('two'), 1)
      await pass(60_000)
      receive({ kind: 'beat', origin: OTHER, age: 0, oldest: 1, last: 9, join: true, bye: false })
      await pass(60_000)
      await Promise.all([delivery.close(1000), pass(1000)])
      expect(link.published.map(String)).to.deep.equal(['one', 'two'])
    })

    it('reads frames, and reports what is missing at once: it can not ask', async () => {
      takeEvent(1)
      takeEvent(3)
      await pass(1000)
      expect(delivered).to.deep.equal(['1', '3'])
      expect(gaps.map(({ missed }) => missed)).to.deep.equal([1])
    })
  })

  it('hands on what is no frame as it is, under both wires', () => {
    for (const wire of [3, 4] as const) {
      open({ wire })
      delivery.receive(Buffer.from('{"event":"created"}'))
      expect(plain.map(String)).to.deep.equal(['{"event":"created"}'])
      expect(errors).to.deep.equal([])
      open({ wire, receives: false })
      delivery.receive(Buffer.from('{"event":"created"}'))
      expect(plain).to.deep.equal([])
    }
  })

  describe('online', () => {
    it('sends what waits, and joins', async () => {
      link.status = 'connecting'
      delivery.send(Buffer.from('mine'), 1)
      await pass(1000)
      expect(link.published).to.have.length(0)
      link.status = 'ready'
      delivery.online()
      await pass(100)
      expect(link.frames.map(({ kind }) => kind)).to.deep.equal(['events', 'beat'])
      expect(link.of('beat')[0]).to.include({ join: true, last: 1 })
    })
  })

  describe('the heartbeat', () => {
    it('connects anew when nothing comes in any more', async () => {
      delivery.online()
      await pass(20_000)
      expect(link.reconnects.map(({ message }) => message)).to.deep.equal([
        'feathers-sync: nothing comes in any more: it connects anew'
      ])
      expect(errors.map(({ kind }) => kind)).to.deep.equal(['connect'])
    })

    it('connects anew once when it can not be heard, then reports it and asks no more', async () => {
      delivery.online()
      for (let at = 0; at < 50; at += 1) {
        takeBeat({ last: 0 })
        await pass(1000)
      }
      expect(link.reconnects).to.have.length(1)
      expect(new Set(errors.map(({ kind }) => kind))).to.deep.equal(new Set(['publish']))
      link.published = []
      takeEvent(3)
      await pass(100)
      expect(link.of('ask')).to.deep.equal([])
      expect(gaps).to.deep.equal([{ origin: OTHER, from: 1, to: 2, missed: 2 }])
      expect(delivered).to.deep.equal(['3'])
    })

    it('reports a beat that a ready driver refuses', async () => {
      link.driver = async () => {
        throw new Error('no permission')
      }
      delivery.online()
      await pass(100)
      expect(errors.map(({ kind }) => kind)).to.deep.equal(['publish'])
      expect(counts.framesSent).to.equal(0)
    })
  })

  describe('close', () => {
    it('sends what waits, then says goodbye', async () => {
      delivery.send(Buffer.from('mine'), 1)
      expect(await close()).to.equal(0)
      expect(link.frames.map(({ kind }) => kind)).to.deep.equal(['events', 'beat'])
      expect(link.of('beat')[0]).to.include({ bye: true, last: 1 })
    })

    it('returns how many events could not be sent', async () => {
      link.status = 'reconnecting'
      delivery.send(Buffer.from('[1,2]'), 3)
      delivery.send(Buffer.from('mine'), 1)
      expect(await close()).to.equal(4)
    })

    it('waits no longer than it may for a driver that hangs', async () => {
      link.driver = () => new Deferred().promise
      delivery.send(Buffer.from('mine'), 1)
      const closing = delivery.close(500)
      await pass(499)
      let done = false
      void closing.then(() => {
        done = true
      })
      await settled()
      expect(done).to.equal(false)
      await pass(1)
      expect(await closing).to.equal(1)
    })

    it('takes, asks and says nothing afterwards', async () => {
      takeEvent(1)
      takeEvent(3)
      delivery.online()
      delivery.send(Buffer.from('mine'), 1)
      await close(10)
      link.published = []
      delivered = []
      const before = counts.framesReceived
      takeEvent(2)
      takeBeat({ join: true })
      ask(1, 1)
      delivery.receive(Buffer.from('junk'))
      await pass(600_000)
      expect(link.published).to.deep.equal([])
      expect(delivered).to.deep.equal([])
      expect(gaps).to.deep.equal([])
      expect(errors).to.deep.equal([])
      expect(counts.framesReceived).to.equal(before)
    })

    it('sends nothing afterwards of what it returned as not sent, nor a goodbye', async () => {
      const taken: Deferred[] = []
      link.driver = () => {
        const deferred = new Deferred()
        taken.push(deferred)
        return deferred.promise
      }
      for (let turn = 0; turn < 10; turn += 1) {
        delivery.send(Buffer.from('mine'), 1)
        await pass()
      }
      expect(await close(100)).to.equal(10)
      expect(link.published).to.have.length(8)
      for (const { resolve } of taken) resolve()
      await pass(60_000)
      expect(link.published).to.have.length(8)
    })
  })
})
