import { expect } from 'chai'
import { Receiver } from '../../../lib/delivery/receive/receiver.js'
import { Stage } from '../stage.js'
import { events, heartbeat, ME } from './frames.js'

/** What is sent again may be for others, of the time before this instance was there, or be all that is left of a lost connection. */
describe('Receiver, where retransmissions are the first that it hears of an origin', () => {
  let stage: Stage
  let canNack: boolean
  let receiver: Receiver

  function open(): void {
    stage = new Stage()
    receiver = new Receiver(stage, {
      origin: ME,
      trustsBaselines: () => true,

      wasLate: () => {},
      liveAt: () => 0,
      canNack: () => canNack,
      requestBaselines: () => 150,
      nack: () => {}
    })
  }

  const again = (first: number, last: number) =>
    receiver.takeEvents(events(first, last, { retransmission: true }))

  beforeEach(() => {
    canNack = true
    open()
  })

  describe('and nothing can be requested', () => {
    beforeEach(() => (canNack = false))

    it('begins with what is new: the others were for others', async () => {
      again(50, 60)
      await stage.pass(5000)
      receiver.takeEvents(events(100))
      await stage.pass(5000)
      expect(stage.delivered).to.deep.equal(['100'])
      expect(stage.gaps).to.deep.equal([])
    })

    it('begins with the next one that a heartbeat announces', async () => {
      again(50, 60)
      receiver.takeHeartbeat(heartbeat(99))
      receiver.takeEvents(events(100))
      await stage.pass(5000)
      expect(stage.delivered).to.deep.equal(['100'])
      expect(stage.gaps).to.deep.equal([])
    })

    it('begins with those that are followed by what is new: a lost connection took them', () => {
      again(48, 48)
      again(50, 51)
      again(52, 53)
      receiver.takeEvents(events(54))
      expect(stage.delivered).to.deep.equal(['50', '51', '52', '53', '54'])
      open()
      again(50, 51)
      receiver.takeHeartbeat(heartbeat(51))
      expect(stage.delivered).to.deep.equal(['50', '51'])
    })
  })

  it('begins with what is new, and what is held just before, when the origin leaves without an answer', async () => {
    again(30, 34)
    receiver.takeEvents(events(63))
    again(57, 62)
    receiver.takeHeartbeat(heartbeat(63, { leave: true }))
    await stage.pass(501)
    expect(stage.delivered).to.deep.equal(['57', '58', '59', '60', '61', '62', '63'])
    expect(stage.gaps).to.deep.equal([])
  })

  it('does not take the origin for a younger one, as nothing has told its age', async () => {
    again(50, 51)
    receiver.tick(1)
    await stage.pass(501)
    expect(stage.delivered).to.deep.equal(['50', '51'])
    expect(stage.gaps).to.deep.equal([])
  })

  it('does not begin with the first event because it is sent again', () => {
    again(1, 20)
    expect(stage.delivered).to.deep.equal([])
    receiver.takeEvents(events(64))
    receiver.takeHeartbeat(heartbeat(64, { baselines: [{ origin: ME, next: 64 }] }))
    expect(stage.delivered).to.deep.equal(['64'])
    expect(stage.counts.missed).to.equal(0)
  })

  it('takes one for new that comes for the first time, too', () => {
    again(50, 50)
    receiver.takeEvents(events(50))
    receiver.takeHeartbeat(heartbeat(60, { baselines: [{ origin: ME, next: 55 }] }))
    expect(stage.delivered).to.deep.equal(['50'])
  })

  it('delivers nothing again that a former receiver had, when the origin leaves', async () => {
    receiver.takeEvents(events(1, 5))
    const former = receiver
    former.stop()
    open()
    receiver.follow(former, false)
    again(4, 6)
    receiver.takeHeartbeat(heartbeat(6, { leave: true }))
    await stage.pass(501)
    expect(stage.delivered).to.deep.equal(['6'])
  })
})
