import { expect } from 'chai'
import { Baselines } from '../../lib/delivery/baselines.js'
import { Stage } from './stage.js'

describe('Baselines', () => {
  let stage: Stage
  let baselines: Baselines

  beforeEach(() => {
    stage = new Stage()
    baselines = new Baselines(stage, () => 1)
  })

  it('answers nobody in a heartbeat that tells that nothing was sent: that says it all', () => {
    baselines.add('one', 0)
    expect(baselines.take(0, 0)).to.deep.equal([])
    expect(baselines.arePending).to.equal(false)
    baselines.add('one', 0)
    expect(baselines.take(1, 70)).to.deep.equal([{ origin: 'one', next: 1, age: 61 }])
    expect(baselines.arePending).to.equal(false)
  })

  describe('areTrusted', () => {
    it('is true when the latest request came back as soon as was told', () => {
      expect(baselines.areTrusted).to.equal(false)
      expect(baselines.requested(100)).to.equal(0)
      baselines.echoed(3, 90) // sent before
      expect(baselines.areTrusted).to.equal(false)
      baselines.echoed(10, 100)
      expect(baselines.areTrusted).to.equal(true)
    })

    it('is false when the request was late: the next one tells more', () => {
      baselines.requested(100)
      baselines.echoed(300, 100)
      expect(baselines.areTrusted).to.equal(false)
      expect(baselines.requested(500)).to.equal(300)
      expect(baselines.areTrusted).to.equal(false)
      baselines.echoed(305, 500)
      expect(baselines.areTrusted).to.equal(true)
    })

    it('is for as much more after an answer that was for a later subscription, for a while', async () => {
      baselines.requested(100)
      baselines.late(300)
      expect(baselines.requested(200)).to.equal(300)
      baselines.late(20)
      expect(baselines.requested(300)).to.equal(320)
      await stage.pass(20_000)
      expect(baselines.requested(400)).to.equal(0)
    })

    it('is true where nothing comes back', () => {
      stage.link.echoes = false
      baselines.requested(100)
      expect(baselines.areTrusted).to.equal(true)
    })
  })
})
