import { expect } from 'chai'
import { Receiver } from '../../../lib/delivery/receive/receiver.js'
import { Stage } from '../stage.js'
import { ORIGIN, OTHER } from '../wire/golden.js'
import { events, heartbeat, ME } from './frames.js'

describe('Receiver, at first sight of an origin', () => {
  let stage: Stage
  let nacks: string[]
  let receiver: Receiver
  let canNack: boolean
  let requests: number
  let isTrusted: boolean
  let liveAt: number

  beforeEach(() => {
    stage = new Stage()
    nacks = []
    canNack = true
    requests = 0
    isTrusted = true
    liveAt = Number.POSITIVE_INFINITY
    receiver = new Receiver(stage, {
      origin: ME,
      trustsBaselines: () => isTrusted,

      wasLate: () => {},
      liveAt: () => liveAt,
      canNack: () => canNack,
      requestBaselines: () => {
        requests += 1
        return 150
      },
      nack: (target, ranges) => nacks.push(`${target} ${ranges.map(({ from, to }) => `${from}-${to}`)}`)
    })
  })

  const baseline = (next: number) => ({
    baselines: [
      { origin: OTHER, next: 99 },
      { origin: ME, next }
    ]
  })

  it('holds the events of an unknown origin, and delivers from its baseline on', async () => {
    receiver.takeEvents(events(5, 6))
    expect(stage.delivered).to.deep.equal([])
    expect(requests).to.equal(1)
    receiver.takeHeartbeat(heartbeat(6))
    receiver.takeHeartbeat(heartbeat(6, baseline(4)))
    await stage.pass(50)
    expect(nacks).to.deep.equal([`${ORIGIN} 4-4`])
    receiver.takeEvents(events(3, 4, { retransmission: true }))
    expect(stage.delivered).to.deep.equal(['4', '5', '6'])
    expect(stage.counts.duplicate).to.equal(1)
  })

  it('requests again what it cannot trust', async () => {
    isTrusted = false
    receiver.takeEvents(events(5, 6))
    receiver.takeHeartbeat(heartbeat(6, baseline(6)))
    await stage.pass(200)
    expect([requests, stage.delivered]).to.deep.equal([2, []])
    isTrusted = true
    receiver.takeHeartbeat(heartbeat(6, baseline(4)))
    await stage.pass(50)
    expect(nacks).to.deep.equal([`${ORIGIN} 4-4`])
  })

  it('reports the first events of a younger origin that is heard and does not answer', async () => {
    liveAt = 0
    await stage.pass(5000)
    receiver.takeEvents(events(7, 7, { age: 4000 }))
    for (let second = 0; second < 36; second += 1) {
      receiver.takeHeartbeat(heartbeat(7, { age: 4000 + second * 1000 }))
      await stage.pass(1000)
    }
    expect(stage.delivered).to.deep.equal(['7'])
    expect(stage.gaps).to.deep.equal([{ origin: ORIGIN, from: 1, to: 6, missed: 6 }])
    expect(stage.errors).to.have.length(1)
  })

  it('ignores how old the origin says it is', async () => {
    await stage.pass(5000)
    receiver.takeEvents(events(1001, 1001, { age: 100 }))
    await stage.pass(50)
    expect([nacks, stage.delivered]).to.deep.equal([[], []])
    receiver.takeHeartbeat(heartbeat(1001, baseline(1001)))
    expect(stage.delivered).to.deep.equal(['1001'])
  })

  it('delivers what came for the first time though it was made before, and what its origin has still to send', async () => {
    receiver.takeEvents(events(5, 6))
    receiver.takeHeartbeat(heartbeat(6, baseline(9)))
    expect(stage.delivered).to.deep.equal(['5', '6'])
    receiver.takeHeartbeat(heartbeat(2, { origin: 'aa'.repeat(16), ...baseline(9) }))
    receiver.takeEvents(events(3, 3, { origin: 'aa'.repeat(16) }))
    expect(stage.delivered).to.deep.equal(['5', '6', '3'])
  })

  it('drops retransmissions before the baseline: they were for others', () => {
    receiver.takeEvents(events(2, 4, { retransmission: true }))
    receiver.takeHeartbeat(heartbeat(6, baseline(4)))
    expect(stage.delivered).to.deep.equal(['4'])
  })

  it('begins at once with 1, with an event or where none was sent', () => {
    receiver.takeEvents(events(1, 2))
    receiver.takeHeartbeat(heartbeat(0, { origin: OTHER, join: true }))
    receiver.takeEvents(events(1, 1, { origin: OTHER }))
    expect(stage.delivered).to.deep.equal(['1', '2', '1'])
  })

  it('reports as a gap what its origin no longer has', async () => {
    receiver.takeHeartbeat(heartbeat(9, { oldest: 7, ...baseline(4) }))
    receiver.takeEvents(events(10))
    for (let ms = 0; ms < 500; ms += 100) {
      receiver.takeHeartbeat(heartbeat(10, { oldest: 7 }))
      await stage.pass(100)
    }
    expect(stage.gaps).to.deep.equal([{ origin: ORIGIN, from: 4, to: 6, missed: 3 }])
  })

  it('begins with the lowest event that is held, also a retransmission, or the next, if nobody answers', async () => {
    const answerless = ['01', '02'].map((byte) => byte.repeat(16)) as [string, string]
    const [one, other] = answerless
    receiver.takeEvents(events(7, 7, { origin: one }))
    receiver.takeEvents(events(5, 6, { origin: one, retransmission: true }))
    for (let second = 0; second < 29; second += 1) {
      for (const origin of answerless) receiver.takeHeartbeat(heartbeat(7, { origin }))
      await stage.pass(1000)
    }
    expect(stage.delivered).to.deep.equal([])
    for (let second = 0; second < 6; second += 1) {
      for (const origin of answerless) receiver.takeHeartbeat(heartbeat(7, { origin }))
      await stage.pass(1000)
    }
    expect(stage.delivered).to.deep.equal(['5', '6', '7'])
    expect(stage.errors.map(({ message }) => message.slice(-51))).to.deep.equal(
      [
        'not answer, its events are delivered from 5 on',
        'not answer, its events are delivered from 8 on'
      ].map((text) => `does ${text}`)
    )
    receiver.takeEvents(events(8, 8, { origin: other }))
    expect(stage.delivered.at(-1)).to.equal('8')
  })

  it('requests with growing pauses, eight times for an origin that is not heard', async () => {
    receiver.takeEvents(events(5))
    await stage.pass(140)
    expect(requests).to.equal(1)
    await stage.pass(300)
    expect(requests).to.equal(2)
    await stage.pass(600_000)
    expect(requests).to.equal(8)
    expect(stage.delivered).to.deep.equal([])
  })

  it('requests nothing while the link is away', async () => {
    receiver.takeEvents(events(5))
    stage.link.status = 'reconnecting'
    await stage.pass(60_000)
    expect(requests).to.equal(1)
    stage.link.status = 'ready'
    await stage.pass(200)
    expect(requests).to.equal(2)
  })

  it('begins with what is held when the origin leaves', async () => {
    receiver.takeEvents(events(5))
    receiver.takeHeartbeat(heartbeat(6, { leave: true }))
    await stage.pass(400)
    receiver.takeEvents(events(4))
    expect(stage.delivered).to.deep.equal([])
    await stage.pass(101)
    expect(stage.delivered).to.deep.equal(['4', '5'])
    expect(stage.gaps).to.deep.equal([{ origin: ORIGIN, from: 6, to: 6, missed: 1 }])
    expect(receiver.size).to.equal(0)
  })

  it('reports the first events of a younger origin that leaves, or falls silent, before it could tell', async () => {
    liveAt = 0
    await stage.pass(5000)
    const leaver = 'aa'.repeat(16)
    receiver.takeEvents(events(3, 4, { age: 4000 }))
    receiver.takeEvents(events(7, 7, { age: 4000, origin: leaver }))
    receiver.takeHeartbeat(heartbeat(7, { age: 4100, origin: leaver, leave: true }))
    receiver.tick(1)
    await stage.pass(501)
    expect(stage.delivered).to.have.members(['3', '4', '7'])
    expect(stage.gaps).to.have.deep.members([
      { origin: ORIGIN, from: 1, to: 2, missed: 2 },
      { origin: leaver, from: 1, to: 6, missed: 6 }
    ])
  })

  it('begins with what is heard first where nothing can be requested', async () => {
    canNack = false
    receiver.takeEvents(events(5, 6))
    receiver.takeHeartbeat(heartbeat(8, { origin: OTHER }))
    receiver.takeEvents(events(9, 9, { origin: OTHER }))
    expect(stage.delivered).to.deep.equal(['5', '6', '9'])
    expect(requests).to.equal(0)
  })

  it('begins with the first event of a younger origin where nothing can be requested', async () => {
    canNack = false
    liveAt = 0
    await stage.pass(5000)
    receiver.takeEvents(events(5, 6, { age: 4000 }))
    await stage.pass(2100)
    expect(stage.delivered).to.deep.equal(['5', '6'])
    expect(stage.gaps).to.deep.equal([{ origin: ORIGIN, from: 1, to: 4, missed: 4 }])
  })
})
