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
    const delays = [1, 2, 3, 4, 5, 6, 7, 1000, 5000].map((attempt) => reconnectDelay(attempt))
    expect(delays).to.deep.equal([50, 100, 200, 400, 800, MAX_DELAY, MAX_DELAY, MAX_DELAY, MAX_DELAY])
  })

  it('is spread over its upper half', () => {
    random.returns(0)
    expect([1, 2, 100].map((attempt) => reconnectDelay(attempt))).to.deep.equal([25, 50, MAX_DELAY / 2])
  })
})

describe('Backoff', () => {
  let clock: sinon.SinonFakeTimers
  let backoff: Backoff
  let woken: number

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    sinon.stub(Math, 'random').returns(1)
    backoff = new Backoff()
    woken = 0
  })

  afterEach(() => {
    clock.restore()
    sinon.restore()
  })

  /** How many ms a pause takes. */
  async function pause(failure?: Error): Promise<number> {
    const before = clock.now
    void backoff.wait(failure).then(() => {
      woken += 1
    })
    const expected = woken + 1
    while (woken < expected && clock.now - before < 60_000) await clock.tickAsync(1)
    return clock.now - before
  }

  /** How many ms the pause takes that follows a connection of so many ms. */
  async function pauseAfter(lifetime: number): Promise<number> {
    backoff.ready()
    await clock.tickAsync(lifetime)
    backoff.lost()
    return await pause()
  }

  describe('wait', () => {
    it('takes longer each time, and starts again after a connection', async () => {
      expect([await pause(), await pause(), await pause()]).to.deep.equal([50, 100, 200])
      expect(await pauseAfter(6000)).to.equal(50)
    })

    for (const [what, error, longest] of [
      ['nobody listens', new Error('connect ECONNREFUSED'), 1000],
      ['the connection is dropped', new Error('read ECONNRESET'), 5000]
    ] as const) {
      it(`takes ${longest} ms at most where ${what}`, async () => {
        for (let attempt = 1; attempt < 9; attempt += 1) await pause(error)
        expect(await pause(error)).to.equal(longest)
      })
    }

    it('takes longer each time that a connection dies young, from the second one on', async () => {
      expect([await pauseAfter(10), await pauseAfter(4900)]).to.deep.equal([50, 250])
      expect([await pauseAfter(10), await pauseAfter(10)]).to.deep.equal([500, 1000])
      for (let times = 0; times < 5; times += 1) await pauseAfter(10)
      expect(await pauseAfter(10)).to.equal(30_000)
      expect([await pauseAfter(5000), await pauseAfter(10)]).to.deep.equal([50, 100])
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
