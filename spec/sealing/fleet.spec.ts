import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { Members, range } from '../support/members.js'
import { PLACES, type Place } from '../support/places.js'

const secret = randomBytes(32).toString('base64')
const other = randomBytes(32).toString('base64')

for (const [name, start] of Object.entries(PLACES)) {
  describe(`instances with a secret, over ${name}`, () => {
    let place: Place
    let members: Members

    before(async () => {
      place = await start()
    })
    after(() => place.stop())
    beforeEach(() => {
      members = new Members()
    })
    afterEach(() => members.closeAll())

    it('exchange events, once and in order', async () => {
      const [one, two] = await members.start(2, { uri: place.uri, secret })
      for (let round = 0; round < 20; round += 1) {
        one.make(10)
        two.make(10)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await eventually(async () => {
        expect(two.got(one)).to.deep.equal(range(1, one.made))
        expect(one.got(two)).to.deep.equal(range(1, two.made))
      })
      for (const { app, errors } of [one, two]) {
        expect(errors).to.deep.equal([])
        expect(app.sync.stats().dropped).to.deep.equal({
          ...{ unsealed: 0, sealed: 0, foreign: 0, altered: 0, replayed: 0, outdated: 0 }
        })
      }
    })

    it('take nothing of an instance with another secret or without one, and say so once', async () => {
      const [one, two] = await members.start(2, { uri: place.uri, secret })
      const foreign = members.configure({ uri: place.uri, secret: other })
      const open = members.configure({ uri: place.uri })
      await Promise.all([foreign.app.sync.ready, open.app.sync.ready])
      for (const member of [foreign, open, one]) member.make(5)
      await eventually(async () => {
        expect(two.got(one)).to.deep.equal(range(1, one.made))
        for (const { app, texts } of [one, two]) {
          expect(app.sync.stats().dropped.foreign, texts()).to.be.greaterThan(1)
          expect(app.sync.stats().dropped.unsealed, texts()).to.be.greaterThan(1)
        }
        expect(open.app.sync.stats().dropped.sealed).to.be.greaterThan(1)
      })
      for (const { errors, got } of [one, two]) {
        expect(errors.map(({ kind }) => kind)).to.deep.equal(['secret', 'secret'])
        expect([...got(foreign), ...got(open)]).to.deep.equal([])
      }
      expect(open.errors.map(({ kind }) => kind)).to.deep.equal(['secret'])
      expect([...foreign.got(one), ...open.got(one)]).to.deep.equal([])
    })
  })
}
