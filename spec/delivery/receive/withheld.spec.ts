import { expect } from 'chai'
import { PeerStage } from './peer-stage.js'

/** All that comes is of members, as with a `secret`: somebody in the middle can hold it back, and let it go later. */
class AuthenticStage extends PeerStage {
  readonly isAuthentic = true
}

describe('frames of a member that were withheld', () => {
  it('do not reset its sequence, however many they are', async () => {
    const stage = new AuthenticStage()
    stage.take(1, 100)
    stage.out.length = 0
    for (let ms = 0; ms <= 20_000; ms += 1000) {
      stage.takeHeartbeat(50, { age: ms })
      stage.take(51, 52, { retransmission: true })
      await stage.pass(1000)
    }
    stage.take(101)
    expect(stage.out).to.deep.equal(['101'])
    expect([...stage.errors, ...stage.nacks]).to.deep.equal([])
  })

  it('do not end the requests for what later ones have announced', async () => {
    const stage = new AuthenticStage({ heartbeat: 5000 })
    stage.take(1)
    stage.takeHeartbeat(3)
    for (let round = 0; round < 3; round += 1) {
      await stage.untilNack()
      stage.takeHeartbeat(1, { age: 0 })
    }
    expect(stage.nacks).to.deep.equal(['2-3', '2-3', '2-3'])
    stage.take(2, 3, { retransmission: true })
    expect(stage.out).to.deep.equal(['1', '2', '3'])
  })
})

describe('recorded frames of a member, played to an instance that has just subscribed', () => {
  it('do not make it begin before its subscription, nor request anything', async () => {
    const stage = new AuthenticStage({ next: 0 })
    await stage.pass(60_000) // of which it was there for the last half second
    stage.liveAt = 59_500
    stage.take(7, 9, { age: 20_000 })
    await stage.pass(20)
    stage.take(1000)
    stage.takeHeartbeat(1000, { baseline: 1000 })
    await stage.pass(1000)
    expect(stage.nacks).to.deep.equal([])
    expect(stage.out).to.deep.equal(['1000'])
  })

  it('what was sent while it was there is taken, even if the answer leaves it out', async () => {
    const stage = new AuthenticStage({ next: 0 })
    await stage.pass(60_000)
    stage.liveAt = 59_500
    stage.take(998)
    stage.take(999, 1000)
    stage.takeHeartbeat(1000, { baseline: 1000 })
    expect(stage.out).to.deep.equal(['998', '999', '1000'])
  })
})

describe('the join of an instance that has just subscribed, held back by somebody', () => {
  it('does not make it begin too late: an answer that is of a time after its subscription is not taken', async () => {
    const stage = new AuthenticStage({ next: 0 })
    await stage.pass(60_000)
    stage.liveAt = 59_500
    stage.takeHeartbeat(1000, { baseline: 990, ages: [59_600] })
    expect([stage.peer.isPlaced, stage.late]).to.deep.equal([false, [100]])
    stage.takeHeartbeat(1000, { baseline: 980, ages: [59_500] })
    expect([stage.peer.next, stage.late]).to.deep.equal([980, [100]])
  })

  it('does not either where the answer does not say of which time it is', async () => {
    const stage = new AuthenticStage({ next: 0 })
    await stage.pass(60_000)
    stage.liveAt = 59_500
    stage.takeHeartbeat(1000, { baseline: 990, ages: [] })
    expect([stage.peer.isPlaced, stage.late]).to.deep.equal([false, []])
  })

  it('makes no difference to an instance that came later, and says that it was not there yet', async () => {
    const stage = new AuthenticStage({ next: 0 })
    stage.liveAt = -60_000
    stage.take(21)
    stage.takeHeartbeat(21, { baseline: 1, ages: [0] })
    expect([stage.peer.next, stage.late]).to.deep.equal([1, []])
  })
})
