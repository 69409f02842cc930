import { randomBytes } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { SEALING_OVERHEAD } from '../../lib/sealing/sealed-frame.js'
import { Party } from './stage.js'

const [secret, other] = [1, 2].map(() => randomBytes(32).toString('base64')) as [string, string]
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('Sealing', () => {
  let one: Party
  let two: Party

  beforeEach(() => {
    one = new Party({ secret })
    two = new Party({ secret })
  })

  describe('between two with the same secret', () => {
    it('opens what was sealed, byte for byte, and says nothing', () => {
      for (const length of [22, 23, 1000, 300_000]) {
        const frame = Buffer.concat([one.frame().subarray(0, 22), randomBytes(length - 22)])
        const sealed = one.seal(frame)
        expect(sealed).to.have.length(length + SEALING_OVERHEAD)
        expect(Buffer.from(sealed).includes(frame.subarray(23)) && length > 30).to.equal(false)
        expect(two.open(sealed)).to.equal(hex(frame))
      }
      expect(two.dropped).to.deep.equal({})
      expect(two.errors).to.deep.equal([])
    })

    it('opens from the middle of a larger buffer, and from a plain Uint8Array', () => {
      const sealed = one.seal()
      const pool = new Uint8Array(sealed.length + 9)
      pool.set(sealed, 5)
      expect(two.open(pool.subarray(5, 5 + sealed.length))).to.equal(hex(one.frame()))
    })

    it('opens bytes of another realm, as of a test runner', () => {
      const foreign = (bytes: Uint8Array) =>
        Object.assign(runInNewContext(`new Uint8Array(${bytes.length})`), bytes)
      expect(two.open(foreign(one.seal()))).to.equal(hex(one.frame()))
      expect(new Party({}).open(foreign(one.frame()))).to.equal(hex(one.frame()))
    })

    it('never seals the same twice', () => {
      const sealed = Array.from({ length: 100 }, () => hex(one.seal()))
      expect(new Set(sealed).size).to.equal(100)
      expect(new Set(sealed.map((bytes) => bytes.slice(52, 76))).size).to.equal(100)
    })

    it('counts the bytes as they travel', () => {
      const frame = one.frame()
      const sealed = one.seal(frame)
      two.open(sealed)
      expect(one.counts.bytesSent).to.equal(SEALING_OVERHEAD)
      expect(two.counts.bytesReceived).to.equal(SEALING_OVERHEAD)
      two.open(sealed)
      expect(two.counts.bytesReceived).to.equal(SEALING_OVERHEAD + sealed.length)
      expect(two.counts.framesReceived).to.equal(1)
    })

    it('seals also where the clock stands before 1970', () => {
      for (const party of [one, two]) party.now = -5
      expect(two.open(one.seal())).to.equal(hex(one.frame()))
    })
  })

  describe('with another secret or key', () => {
    it('drops as foreign', () => {
      expect(new Party({ secret: other }).open(one.seal())).to.equal('foreign')
      expect(new Party({ secret, key: 'theirs' }).open(one.seal())).to.equal('foreign')
    })

    it('opens with any of a list, whose first one seals', () => {
      const both = new Party({ secret: [other, secret] })
      expect(both.open(one.seal())).to.equal(hex(one.frame()))
      expect(one.open(both.seal())).to.equal('foreign')
      expect(new Party({ secret: { keys: [secret, other] } }).open(both.seal())).to.equal(hex(both.frame()))
    })

    it('knows an origin under each secret for itself, so that its count may begin anew', () => {
      const both = new Party({ secret: [other, secret] })
      const again = new Party({ secret: other, origin: one.origin })
      for (const party of [one, again]) expect(both.open(party.seal())).to.equal(hex(one.frame()))
      expect(both.dropped).to.deep.equal({})
    })

    it('drops what is sealed where there is no secret', () => {
      const open = new Party({})
      expect(open.open(one.seal())).to.equal('sealed')
      expect(hex(open.seal())).to.equal(hex(open.frame()))
      expect(open.sealing.overhead).to.equal(0)
    })
  })

  describe('of a message that is not as it was', () => {
    it('drops every one that is cut, grown, or has a bit flipped; then still takes the true one', () => {
      two.open(one.seal()) // known
      const sealed = Buffer.from(one.seal())
      for (let length = 0; length < sealed.length; length += 1)
        expect(two.open(sealed.subarray(0, length)), `${length} bytes`).to.be.oneOf([
          'altered',
          'unsealed',
          'foreign'
        ])
      expect(two.open(Buffer.concat([sealed, Buffer.from([0])]))).to.equal('altered')
      for (let bit = 0; bit < sealed.length * 8; bit += 1) {
        const flipped = Buffer.from(sealed)
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        expect(two.open(flipped), `bit ${bit}`).to.match(/^(altered|unsealed|foreign|replayed|outdated)$/)
      }
      expect(two.open(sealed)).to.equal(hex(one.frame()))
    })

    it('does not take an origin for known before a frame of it has been opened', () => {
      const sealed = Buffer.from(one.seal())
      const forged = Buffer.from(sealed)
      forged.writeUIntBE(2 ** 40, 26, 6)
      expect(two.open(forged)).to.equal('altered')
      expect(two.open(sealed)).to.equal(hex(one.frame()))
    })

    it('drops a frame of another origin in it, another message, or a sealed frame', () => {
      expect(two.open(one.seal(two.frame()))).to.equal('altered')
      expect(two.open(one.seal(Buffer.from('{"event":"a b"}')))).to.equal('altered')
      expect(two.open(one.seal(Buffer.alloc(0)))).to.equal('altered')
    })

    it('hands on a sealed frame in a sealed one as what it is: of a kind that delivery refuses', () => {
      const inner = one.seal()
      expect(two.open(one.seal(inner))).to.equal(hex(inner))
    })
  })

  describe('of a frame that was received before', () => {
    it('drops it', () => {
      const sealed = [one.seal(one.frame(1)), one.seal(one.frame(2)), one.seal(one.frame(3))] as const
      for (const at of [0, 2, 1]) expect(two.open(sealed[at] as Uint8Array)).to.equal(hex(one.frame(at + 1)))
      for (const again of sealed) expect(two.open(again)).to.equal('replayed')
    })

    it('reports the first one alone, with what to check', () => {
      const sealed = one.seal()
      for (let round = 0; round < 50; round += 1) two.open(sealed)
      expect(two.dropped).to.deep.equal({ replayed: 49 })
      expect(two.errors.map(({ kind }) => kind)).to.deep.equal(['secret'])
      expect(two.errors[0]?.message).to.match(/delivers messages twice, .*stats\(\)\.dropped\.replayed/)
    })
  })

  describe('with clocks that differ', () => {
    for (const side of [1, -1]) {
      it(`takes a newcomer up to 60 s ${side > 0 ? 'ahead' : 'behind'}, no further`, () => {
        one.now = two.now + side * 60_000
        expect(two.open(one.seal())).to.equal(hex(one.frame()))
        const late = new Party({ secret })
        late.now = two.now + side * 60_001
        expect(two.open(late.seal())).to.equal('outdated')
        expect(two.errors[0]?.message).to.match(/compare the clock/)
      })

      it(`takes those that it knows, however far ${side > 0 ? 'ahead' : 'behind'} they are`, () => {
        two.open(one.seal())
        one.now += side * 1e10
        expect(two.open(one.seal(one.frame(2)))).to.equal(hex(one.frame(2)))
      })
    }
  })

  describe('of many origins', () => {
    it('knows 20,000, and forgets first whom it has not heard for longest', function () {
      this.timeout(20_000)
      const steady = new Party({ secret })
      two.open(steady.seal())
      const early = one.seal()
      two.open(early)
      const next = new Party({ secret })
      const second = next.seal()
      two.open(second)
      for (let met = 3; met < 20_000; met += 1) {
        two.open(new Party({ secret, echoes: false }).seal())
        if (met % 5000 === 0) two.open(steady.seal())
      }
      expect(two.open(early)).to.equal('replayed')
      two.open(new Party({ secret }).seal())
      // Forgotten, it is let in again while it is young enough, which forgets the second.
      expect(two.open(early)).to.equal(hex(one.frame()))
      two.now += 60_001
      expect(two.open(early)).to.equal('replayed')
      expect(two.open(second)).to.equal('outdated')
      expect(two.open(steady.seal())).to.equal(hex(steady.frame()))
    })
  })

  describe('with plain messages', () => {
    const modes = { send: true, accept: true, refuse: false }
    for (const [plain, takes] of Object.entries(modes) as [keyof typeof modes, boolean][]) {
      it(`${plain}: ${takes ? 'takes' : 'drops'} them, opens sealed ones, ${plain === 'send' ? 'sends plain' : 'seals'}`, () => {
        const party = new Party({ secret: { keys: secret, plain } })
        for (const bytes of [one.frame(), Buffer.from('{"event":"messages created"}'), Buffer.alloc(0)])
          expect(party.open(bytes)).to.equal(takes ? hex(bytes) : 'unsealed')
        expect(party.open(one.seal())).to.equal(hex(one.frame()))
        const isSealed = plain !== 'send'
        expect(party.sealing.overhead).to.equal(isSealed ? SEALING_OVERHEAD : 0)
        expect(party.seal()).to.have.length(party.frame().length + party.sealing.overhead)
      })
    }
  })
})
