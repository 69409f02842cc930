import { expect } from 'chai'
import { RetransmissionLimit } from '../../../lib/delivery/send/retransmission-limit.js'
import type { Unit } from '../../../lib/delivery/wire/unit.js'
import { SimClock } from '../../simulation/sim-clock.js'

const MIB = 1024 * 1024
const unit = (bytes: number, first = 1): Unit => ({ first, count: 1, payload: new Uint8Array(bytes) })

describe('RetransmissionLimit', () => {
  let clock: SimClock
  let limit: RetransmissionLimit

  beforeEach(() => {
    clock = new SimClock(1)
    limit = new RetransmissionLimit(clock)
  })

  describe('allow', () => {
    it('allows an event once in 200 ms', async () => {
      const one = unit(10)
      const other = unit(10, 2)
      expect(limit.allow(one)).to.equal(true)
      expect(limit.allow(one)).to.equal(false)
      expect(limit.allow(other)).to.equal(true)
      await clock.run(199)
      expect(limit.allow(one)).to.equal(false)
      await clock.run(200)
      expect(limit.allow(one)).to.equal(true)
    })

    it('allows 16 MiB at once and 16 MiB a second, without saving up more', async () => {
      await clock.run(60_000)
      let first = 0
      const allowed = () => {
        const units = Array.from({ length: 100 }, () => unit(MIB, ++first))
        return units.filter((one) => limit.allow(one)).length
      }
      expect(allowed()).to.equal(16)
      await clock.run(60_500)
      expect(allowed()).to.equal(8)
      await clock.run(60_510)
      expect(allowed()).to.be.at.most(1)
    })

    it('allows a larger event, and then nothing until the rate has made up for it', async () => {
      expect(limit.allow(unit(48 * MIB))).to.equal(true)
      await clock.run(2000)
      expect(limit.allow(unit(1))).to.equal(false)
      await clock.run(2100)
      expect(limit.allow(unit(1))).to.equal(true)
    })
  })
})
