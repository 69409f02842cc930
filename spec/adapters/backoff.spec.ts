import { expect } from 'chai'
import sinon from 'sinon'
import { Backoff, MAX_DELAY, reconnectDelay } from '../../lib/adapters/backoff.js'

describe('reconnectDelay', () => {
  let random: sinon.SinonStub

  beforeEach(() => {
    random = sinon.stub(Math, 'random')
  })
  afterEach(() => random.restore())

  it('doubles up to a limit', () => {
    random.returns(1)
    const delays = [1, 2, 3, 4, 5, 6, 7, 1000, 5000].map(reconnectDelay)
    expect(delays).to.deep.equal([50, 100, 200, 400, 800, MAX_DELAY, MAX_DELAY, MAX_DELAY, MAX_DELAY])
  })

  it('is spread over its upper half', () => {
    random.returns(0)
    expect([1, 2, 100].map(reconnectDelay)).to.deep.equal([25, 50, MAX_DELAY / 2])
  })
})

describe('Backoff', () => {
  let clock: sinon.SinonFakeTimers
  let backoff: Backoff
  let woken: number

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    sinon.stub(Math, 'random').returns(1)
    backoff = new Backoff()
    woken = 0
  })

  afterEach(() => {
    clock.restore()
    sinon.restore()
  })

  /** How many ms a pause takes. */
  async function pause(): Promise<number> {
    const before = clock.now
    void backoff.wait().then(() => {
      woken += 1
    })
    const expected = woken + 1
    while (woken < expected && clock.now - before < 2 * MAX_DELAY) await clock.tickAsync(1)
    return clock.now - before
  }

  describe('wait', () => {
    it('takes longer each time, and starts again after reset()', async () => {
      expect([await pause(), await pause(), await pause()]).to.deep.equal([50, 100, 200])
      backoff.reset()
      expect(await pause()).to.equal(50)
    })
  })

  describe('cancel', () => {
    it('ends a pause at once, and all that come, and leaves no timer', async () => {
      const waiting = backoff.wait()
      backoff.cancel()
      await waiting
      await backoff.wait()
      expect(clock.countTimers()).to.equal(0)
    })

    it('needs no pause', async () => {
      backoff.cancel()
      await backoff.wait()
      expect(clock.countTimers()).to.equal(0)
    })
  })
})
