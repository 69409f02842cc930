import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { SyncOptions } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members, range } from '../support/members.js'
import { PLACES, type Place } from '../support/places.js'

const secret = randomBytes(32).toString('base64')
const other = randomBytes(32).toString('base64')

/** Steps that must not meet: what each side then counts, and is told to do. */
const MEETINGS: {
  name: string
  first: SyncOptions
  second: SyncOptions
  says: [RegExp | undefined, RegExp | undefined]
}[] = [
  {
    name: 'none, then refuse at once',
    first: {},
    second: { secret },
    says: [/is sealed, as this instance has no `secret`: set that/, /not sealed.*plain: 'accept'/]
  },
  {
    name: "send, then refuse without 'accept'",
    first: { secret: { keys: secret, plain: 'send' } },
    second: { secret },
    says: [undefined, /not sealed.*plain: 'accept'/]
  },
  {
    name: 'one secret, then another at once',
    first: { secret },
    second: { secret: other },
    says: [/sealed with another secret.*list of the new and the old/, /sealed with another secret.*list of/]
  },
  {
    name: 'one secret, then [another, one]',
    first: { secret },
    second: { secret: [other, secret] },
    says: [/sealed with another secret.*list of the new and the old/, undefined]
  }
]

describe('steps with a secret in the wrong order', () => {
  let place: Place
  let members: Members

  before(async () => {
    place = await PLACES.redis()
  })
  after(() => place.stop())
  beforeEach(() => {
    members = new Members()
  })
  afterEach(() => members.closeAll())

  const join = async (options: SyncOptions): Promise<Member> => {
    const member = members.configure({ uri: place.uri, ...options })
    await member.app.sync.ready
    return member
  }

  for (const { name, first, second, says } of MEETINGS) {
    it(`${name}: who can read nothing says once what to do, and all is well when the rest follows`, async () => {
      const [early, late] = [await join(first), await join(second)]
      const sides = [early, late] as const
      const isDeaf = (index: number) => says[index] !== undefined
      for (const _ of range(1, 3)) {
        for (const member of sides) member.make(2)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await eventually(async () => {
        for (const [index, member] of sides.entries()) {
          const peer = sides[1 - index] as Member
          const dropped = Object.values(member.app.sync.stats().dropped).reduce((sum, count) => sum + count)
          if (isDeaf(index)) expect(dropped, member.texts()).to.be.greaterThan(1)
          else expect(member.got(peer)).to.deep.equal(range(1, peer.made))
        }
      })
      for (const [index, { errors, got }] of sides.entries()) {
        if (!isDeaf(index)) expect(errors).to.deep.equal([])
        else {
          expect(errors.map(({ kind }) => kind)).to.deep.equal(['secret'])
          expect(errors[0]?.message).to.match(says[index] as RegExp)
          expect(got(sides[1 - index] as Member)).to.deep.equal([])
        }
      }
      await early.app.sync.close()
      const follower = await join(second)
      for (const member of [late, follower]) member.make(5)
      await eventually(async () => {
        expect(late.got(follower)).to.deep.equal(range(1, 5))
        expect(follower.got(late).slice(-5)).to.deep.equal(range(late.made - 4, late.made))
      })
      expect(follower.errors).to.deep.equal([])
    })
  }
})
