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
