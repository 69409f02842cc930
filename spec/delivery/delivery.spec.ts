import { expect } from 'chai'
import { fragments } from '../../lib/delivery/wire/fragments.js'
import { encodeFrame } from '../../lib/delivery/wire/frame.js'
import { SimClock } from '../simulation/sim-clock.js'
import { DeliveryStage } from './delivery-stage.js'
import { bytesOf, eventsFrame, GOLDEN, ORIGIN, OTHER } from './wire/golden.js'

describe('Delivery', () => {
  let stage: DeliveryStage

  beforeEach(() => {
    stage = new DeliveryStage()
  })

  describe('receive', () => {
    it('delivers the events of others, and drops its own', async () => {
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.pass()
      stage.echo()
      stage.takeEvent(1)
      expect(stage.delivered).to.deep.equal(['1'])
      expect(stage.counts).to.include({ received: 1, framesReceived: 2, sent: 1, framesSent: 1 })
      expect(stage.counts.bytesReceived).to.be.greaterThan(stage.counts.bytesSent)
    })

    it('learns from its own frames what the broker has received', async () => {
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.pass()
      expect(stage.delivery.sender.isEchoed).to.equal(false)
      stage.echo()
      expect(stage.delivery.sender.isEchoed).to.equal(true)
    })

    it('never throws, reports malformed messages, and goes on', () => {
      const dice = new SimClock(9)
      for (let round = 0; round < 20_000; round += 1) {
        const { hex } = GOLDEN[dice.integer(0, GOLDEN.length - 1)] as (typeof GOLDEN)[number]
        const bytes = bytesOf(hex)
        for (let count = dice.integer(1, 3); count > 0; count -= 1) {
          bytes[dice.integer(0, bytes.length - 1)] = dice.integer(0, 255)
        }
        stage.delivery.receive(bytes.subarray(0, dice.integer(0, bytes.length)))
      }
      expect(stage.errors.length).to.be.greaterThan(1000)
      expect(new Set(stage.errors.map(({ kind }) => kind))).to.deep.equal(new Set(['frame']))
      stage.delivered = []
      stage.takeEvent(1)
      expect(stage.delivered).to.deep.equal(['1'])
    })

    it('reassembles the fragments of an event', () => {
      const payload = Buffer.alloc(1000, 'x')
      const frame = encodeFrame(eventsFrame([{ first: 1, count: 1, payload }], { origin: OTHER }))
      for (const fragment of fragments(frame, 300, OTHER, 1).iterator) stage.delivery.receive(fragment)
      expect(stage.delivered).to.deep.equal([payload.toString()])
    })

    it('refuses fragments that do not form a frame of events of their origin', () => {
      const events = (origin: string) =>
        encodeFrame(eventsFrame([{ first: 1, count: 1, payload: Buffer.alloc(100) }], { origin }))
      const heartbeat = encodeFrame({
        kind: 'heartbeat',
        origin: OTHER,
        age: 0,
        oldest: 1,
        last: 0,
        join: true,
        leave: true
      })
      for (const whole of [events(ORIGIN), events(stage.delivery.origin), heartbeat, Buffer.alloc(100)]) {
        for (const fragment of fragments(whole, 40, OTHER, 1).iterator) stage.delivery.receive(fragment)
      }
      expect(stage.errors.map(({ kind }) => kind)).to.deep.equal(['frame', 'frame', 'frame', 'frame'])
      expect(stage.delivered).to.deep.equal([])
    })

    it('sends a NACK for missing events', async () => {
      stage.takeEvent(1)
      stage.takeEvent(4)
      await stage.pass(100)
      expect(stage.link.of('nack')).to.deep.equal([
        { kind: 'nack', origin: stage.delivery.origin, target: OTHER, ranges: [{ from: 2, to: 3 }] }
      ])
    })

    it('retransmits the events in a NACK', async () => {
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.pass()
      stage.echo()
      stage.takeNack(1, 1, ORIGIN)
      await stage.pass()
      expect(stage.link.takeSent()).to.deep.equal([])
      stage.takeNack(1, 1)
      await stage.pass()
      expect(stage.link.takeSent()).to.deep.equal(['again 1-1'])
    })

    it('answers a NACK for evicted events with a heartbeat, at most every 50 ms', async () => {
      stage = new DeliveryStage({ history: { events: 3, bytes: 1e9 } })
      for (let event = 0; event < 5; event += 1) {
        stage.delivery.send(Buffer.from('mine'), 1)
        await stage.pass()
      }
      stage.echo()
      for (let ms = 0; ms < 200; ms += 5) {
        stage.takeNack(1, 2)
        await stage.pass(5)
      }
      const heartbeats = stage.link.of('heartbeat')
      expect(heartbeats).to.have.length(4)
      for (const heartbeat of heartbeats) expect(heartbeat).to.include({ oldest: 3, last: 5 })
    })

    it('answers a NACK for events that never existed with a heartbeat', async () => {
      stage.takeNack(1, 1000)
      await stage.pass()
      expect(stage.link.of('heartbeat')).to.have.length(1)
      expect(stage.link.of('heartbeat')[0]).to.include({ oldest: 1, last: 0, join: false, leave: false })
    })

    it('answers a joining instance', async () => {
      stage.takeHeartbeat({ join: true })
      await stage.pass(50)
      expect(stage.link.of('heartbeat')).to.have.length(1)
    })

    it('answers it with the sequence number of the first event since it has subscribed', async () => {
      const make = async (count: number) => {
        for (let event = 0; event < count; event += 1) stage.delivery.send(Buffer.from('mine'), 1)
        await stage.pass()
        stage.echo()
      }
      await make(10)
      await stage.pass(1000)
      await make(10)
      stage.link.published = []
      stage.takeHeartbeat({ join: true, age: 5000, since: 400 })
      await stage.pass(50)
      expect(stage.link.of('heartbeat')[0]?.baselines).to.deep.equal([{ origin: OTHER, next: 11 }])
      stage.takeHeartbeat({ join: true, age: 5050, since: 10_000 })
      await stage.pass(50)
      expect(stage.link.of('heartbeat')[1]?.baselines).to.deep.equal([{ origin: OTHER, next: 1 }])
      stage.takeHeartbeat({ join: true })
      await stage.pass(50)
      expect(stage.link.of('heartbeat')[2]).to.not.have.property('baselines')
    })

    it('answers many of them by one heartbeat without baselines if it has sent nothing', async () => {
      for (let index = 0; index < 100; index += 1)
        stage.takeHeartbeat({ origin: index.toString(16).padStart(32, '0'), join: true, since: 1 })
      await stage.pass(4000)
      expect(stage.link.of('heartbeat').map(({ baselines, last }) => [baselines, last])).to.deep.equal([
        [undefined, 0]
      ])
    })

    it('answers many of them by several heartbeats of 64 baselines each', async () => {
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.pass()
      stage.echo()
      for (let index = 0; index < 100; index += 1) {
        const origin = index.toString(16).padStart(32, '0')
        stage.takeHeartbeat({ origin, join: true, since: 1 })
      }
      await stage.pass(10_000)
      const baselines = stage.link
        .of('heartbeat')
        .flatMap(({ baselines }) => (baselines ? [baselines.length] : []))
      expect(baselines).to.deep.equal([64, 36])
    })

    it('requests baselines where it hears of an unknown origin, and delivers from there on', async () => {
      stage.delivery.online()
      await stage.pass(10)
      stage.echo()
      await stage.pass(1000)
      stage.takeEvent(9)
      const [join] = stage.link.of('heartbeat')
      expect(join).to.include({ join: true, since: 1020 })
      stage.echo()
      await stage.pass(10)
      const baselines = [{ origin: stage.delivery.origin, next: 8 }]
      stage.takeHeartbeat({ last: 9, baselines })
      await stage.pass(50)
      expect(stage.link.of('nack').map(({ ranges }) => ranges)).to.deep.equal([[{ from: 8, to: 8 }]])
      stage.takeEvent(8)
      expect(stage.delivered).to.deep.equal(['8', '9'])
    })

    it('requests none again when the link is back', async () => {
      stage.delivery.online()
      await stage.pass(10)
      stage.delivery.online()
      await stage.pass(10)
      const joins = stage.link.of('heartbeat').map(({ since }) => since !== undefined)
      expect(joins).to.deep.equal([true, false])
    })

    it('does not announce waiting events in a heartbeat', async () => {
      stage.delivery.send(Buffer.from('mine'), 1)
      stage.takeNack(1, 1)
      expect(stage.link.of('heartbeat')[0]).to.include({ oldest: 1, last: 0 })
    })

    it('delivers nothing if the instance only sends', () => {
      stage = new DeliveryStage({ receives: false })
      stage.takeEvent(1)
      expect(stage.delivered).to.deep.equal([])
      stage.takeHeartbeat()
      expect(stage.delivery.receiver.size).to.equal(1)
    })
  })
})
