import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { Party } from './stage.js'

const secret = randomBytes(32).toString('base64')
const HOUR = 3_600_000
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

// By a broker that blocks who publishes, by a process that was suspended: nobody attacks.
describe('sealed frames that are held up for an hour', () => {
  let one: Party
  let two: Party

  beforeEach(() => {
    one = new Party({ secret })
    two = new Party({ secret })
  })

  const held = (first: number, count: number): { plain: string; sealed: Uint8Array }[] =>
    Array.from({ length: count }, (_, index) => one.frame(first + index)).map((frame) => ({
      plain: hex(frame),
      sealed: Buffer.from(one.seal(frame))
    }))

  it('are taken of an origin that is known, all and without a word', () => {
    two.open(one.seal())
    const late = held(2, 2000)
    two.now += HOUR
    for (const { plain, sealed } of late) expect(two.open(sealed)).to.equal(plain)
    one.now += HOUR
    expect(two.open(one.seal(one.frame(9)))).to.equal(hex(one.frame(9)))
    expect(two.dropped).to.deep.equal({})
    expect(two.errors).to.deep.equal([])
  })

  it('are dropped where the origin is not known, and reported once; the next one of it is taken, and all after that', () => {
    const late = held(1, 3)
    const now = two.now + HOUR
    for (const party of [one, two]) party.now = now
    for (const { sealed } of late) expect(two.open(sealed)).to.equal('outdated')
    for (const { plain, sealed } of held(4, 3)) expect(two.open(sealed)).to.equal(plain)
    expect(two.dropped).to.deep.equal({ outdated: 3 })
    expect(two.errors.map(({ message }) => message)).to.have.length(1)
    expect(two.errors[0]?.message).to.match(/compare the clock .* Otherwise it was held up for long/)
  })

  it('are own ones: known when they come back', () => {
    const late = held(1, 3)
    one.now += HOUR
    for (const { plain, sealed } of late) expect(one.open(sealed)).to.equal(plain)
    expect(one.dropped).to.deep.equal({})
  })
})

describe('frames that are not sealed', () => {
  for (const [plain, unsealed] of [
    ['send', 1],
    ['accept', 1],
    ['refuse', 0]
  ] as const) {
    it(`count as unsealed where they are taken: '${plain}'`, () => {
      const party = new Party({ secret: { keys: secret, plain } })
      const stranger = new Party({})
      expect(party.open(stranger.frame())).to.equal(plain === 'refuse' ? 'unsealed' : hex(stranger.frame()))
      expect(party.counts.framesUnsealed).to.equal(unsealed)
      party.open(new Party({ secret }).seal())
      expect(party.counts.framesUnsealed).to.equal(unsealed)
    })
  }

  it('are not counted where there is no secret', () => {
    const party = new Party({})
    party.open(new Party({}).frame())
    expect(party.counts.framesUnsealed).to.equal(0)
  })
})
