import { expect } from 'chai'
import { expectAll, lost, Records, reconnects } from './limits.js'

const MIB = 1024 * 1024

describe('limits of ipc:', () => {
  let records: Records

  beforeEach(() => {
    records = new Records()
  })
  afterEach(() => records.members.closeAll())

  for (const from of ['the hub', 'another one']) {
    it(`an event of 30 MiB of ${from} between small ones arrives, and others are heard meanwhile`, async () => {
      const members = await records.start(3, { uri: 'ipc:' })
      const [maker, ...others] = from === 'the hub' ? members : [...members].reverse()
      if (!maker) return
      maker.make(5)
      records.large(maker, 30 * MIB)
      maker.make(5)
      for (let count = 0; count < 10; count += 1) {
        others[0]?.make(1)
        await new Promise(setImmediate)
      }
      await expectAll(maker, others)
      if (others[0]) await expectAll(others[0], [maker])
      expect(members.map(reconnects)).to.deep.equal([0, 0, 0])
    }).timeout(60_000)
  }

  it('an event of 65 MiB between small ones is a gap of exactly it', async () => {
    const [maker, ...others] = await records.start(3, { uri: 'ipc:' })
    maker.make(5)
    records.large(maker, 65 * MIB)
    maker.make(5)
    await expectAll(maker, others, { except: [6] })
    expect(others.map(lost)).to.deep.equal([1, 1])
    expect(maker.errors.map(({ kind }) => kind)).to.deep.equal(['too-large'])
    expect(maker.errors[0]?.message).to.match(/the event 'events made' has \d+ bytes, at most \d+ can/)
    expect(maker.app.sync.stats().events).to.include({ sent: 10, lost: 1 })
  }).timeout(60_000)
})
