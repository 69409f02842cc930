import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import sync from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { Members } from '../support/members.js'
import { PLACES, type Place } from '../support/places.js'

/** What each broker takes, by its own rules; each is made unique by `id`. */
const KEYS: Record<keyof typeof PLACES, ((id: string) => string)[]> = {
  redis: [
    (id) => `my app ${id}`,
    (id) => `${id}*`,
    (id) => `${id}\r\nPUBLISH`,
    (id) => id + 'ä'.repeat(3000)
  ],
  amqp: [(id) => `my app ${id}`, (id) => `${id}.#`, (id) => id.padEnd(255, 'k')],
  nats: [(id) => `my-app.${id}.ä$`, (id) => id.padEnd(4000, 'k')],
  ipc: [(id) => `my app ${id}`, (id) => `../${id}\0`, (id) => id + 'ä'.repeat(3000)]
}

describe('the key', function () {
  this.timeout(60_000)

  for (const [scheme, keys] of Object.entries(KEYS) as [keyof typeof PLACES, (typeof KEYS)['nats']][]) {
    describe(`on ${scheme}`, () => {
      let place: Place
      let members: Members

      before(async () => {
        place = await PLACES[scheme]()
      })
      after(() => place.stop())
      beforeEach(() => {
        members = new Members()
      })
      afterEach(() => members.closeAll())

      for (const [index, keyOf] of keys.entries()) {
        it(`joins those that have the same, and keeps others apart: ${index + 1} of ${keys.length}`, async () => {
          const key = keyOf(randomUUID())
          const [one, two, three] = await members.start(3, { uri: place.uri, key })
          const other = members.configure({ uri: place.uri, key: key.slice(0, -1) })
          await other.app.sync.ready
          for (const member of [one, two, three]) member?.make(3)
          await eventually(() => {
            expect(one.got(two)).to.deep.equal([1, 2, 3])
            expect(two.got(one)).to.deep.equal([1, 2, 3])
            return expect(three?.got(one)).to.deep.equal([1, 2, 3])
          })
          expect([one, two].flatMap((member) => other.got(member))).to.deep.equal([])
          for (const member of members.all) expect(member.texts()).to.equal('')
        })
      }
    })
  }

  it('is refused at sync() where NATS would take it for a queue group', () => {
    expect(() => sync({ uri: 'nats://localhost', key: 'my app' })).to.throw(TypeError, '`key`')
    expect(() => sync.nats({ key: 'my\tapp' })).to.throw(TypeError, 'without spaces')
  })
})
