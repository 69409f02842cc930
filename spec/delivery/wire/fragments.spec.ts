import { expect } from 'chai'
import { fragments, largestPayload, Reassembly } from '../../../lib/delivery/wire/fragments.js'
import {
  decodeFrame,
  FRAGMENT_OVERHEAD,
  type FragmentFrame,
  MAX_FRAGMENTS
} from '../../../lib/delivery/wire/frame.js'
import { ORIGIN, OTHER } from './golden.js'

const MIB = 1024 * 1024

function fragmentsOf(bytes: Buffer, maxPayload: number, origin = ORIGIN, first = 1): FragmentFrame[] {
  const { iterator } = fragments(bytes, maxPayload, origin, first)
  return [...iterator].map((fragment) => decodeFrame(fragment) as FragmentFrame)
}

const numbered = (length: number, from = 0) =>
  Buffer.from(Array.from({ length }, (_, at) => (at + from) % 251))

describe('fragments', () => {
  describe('fragments', () => {
    it('makes messages of the largest size', () => {
      const { count, iterator } = fragments(numbered(1000), 132, ORIGIN, 7)
      const messages = [...iterator]
      expect(count).to.equal(10)
      expect(messages.map(({ length }) => length)).to.deep.equal(Array.from({ length: 10 }, () => 132))
      expect(decodeFrame(messages[9] as Buffer)).to.include({
        first: 7,
        index: 9,
        total: 10,
        origin: ORIGIN
      })
    })
  })

  describe('largestPayload', () => {
    it('is 64 MiB, whatever the broker accepts', () => {
      for (const maxPayload of [4096, MIB, 512 * MIB, Number.POSITIVE_INFINITY])
        expect(largestPayload(maxPayload)).to.equal(64 * MIB)
    })

    it('is what the largest count of fragments has room for, where the broker accepts very little', () => {
      expect(largestPayload(500)).to.equal(MAX_FRAGMENTS * (500 - FRAGMENT_OVERHEAD) - 43)
    })

    for (const size of [4096, 256 * 1024]) {
      it(`can be reassembled from fragments of ${size} bytes`, () => {
        const bytes = Buffer.alloc(64 * MIB + 43, 'x')
        const reassembly = new Reassembly()
        let whole: Buffer | undefined
        for (const fragment of fragmentsOf(bytes, size)) whole = reassembly.take(fragment)
        expect(whole?.equals(bytes)).to.equal(true)
      })
    }
  })
})

describe('Reassembly', () => {
  let reassembly: Reassembly

  beforeEach(() => {
    reassembly = new Reassembly()
  })

  /** The whole frames that some fragments make. */
  function take(...fragments: (FragmentFrame | undefined)[]): Buffer[] {
    return fragments.flatMap((fragment) => (fragment && reassembly.take(fragment)) ?? [])
  }

  describe('take', () => {
    it('joins fragments in any order, and holds nothing then', () => {
      const bytes = numbered(1000)
      const [first, ...rest] = fragmentsOf(bytes, 300)
      expect(take(...rest.reverse())).to.deep.equal([])
      expect(reassembly.bytes).to.be.greaterThan(0)
      expect(take(first)).to.deep.equal([bytes])
      expect(reassembly.bytes).to.equal(0)
    })

    for (const [name, size] of [
      ['other content', 300],
      ['another size', 290]
    ] as const) {
      it(`begins anew with a frame of ${name} that begins with the same event and has as many fragments`, () => {
        const [one, two, ...others] = fragmentsOf(numbered(1000), 300)
        expect(others).to.have.length(2)
        const again = fragmentsOf(numbered(1000, 1), size)
        expect(again).to.have.length(4)
        expect(take(one, two, ...again)).to.deep.equal([numbered(1000, 1)])
        expect(reassembly.bytes).to.equal(0)
      })
    }

    it('does not count a fragment twice', () => {
      const [one, two, three, four] = fragmentsOf(numbered(1000), 300)
      expect(take(one, two, two, one, three)).to.deep.equal([])
      expect(take(four)).to.have.length(1)
    })

    it('tells frames apart by origin, first event and count of fragments', () => {
      const frames = [numbered(1000), numbered(1000, 1), numbered(1000, 2), numbered(1000, 3)] as const
      const all = [
        fragmentsOf(frames[0], 300),
        fragmentsOf(frames[1], 300, OTHER),
        fragmentsOf(frames[2], 300, ORIGIN, 2),
        fragmentsOf(frames[3], 200)
      ]
      const interleaved = [0, 1, 2, 3, 4, 5].flatMap((index) => all.map((fragments) => fragments[index]))
      expect(take(...interleaved)).to.deep.equal(frames)
    })

    it('keeps a copy of the chunk', () => {
      const bytes = numbered(500)
      const [one, two] = [...fragments(bytes, 300, ORIGIN, 1).iterator] as [Buffer, Buffer]
      take(decodeFrame(one) as FragmentFrame)
      one.fill(0)
      expect(take(decodeFrame(two) as FragmentFrame)).to.deep.equal([bytes])
    })

    it('holds at most the latest 72 MiB of an origin', () => {
      const chunk = Buffer.alloc(MIB)
      const of = (first: number, index: number) =>
        ({ kind: 'fragment', origin: ORIGIN, first, index, total: 2, chunk }) as const
      for (let first = 1; first <= 100; first += 1) take(of(first, 0))
      expect(reassembly.bytes).to.be.within(70 * MIB, 72 * MIB)
      expect(take(of(1, 1))).to.deep.equal([])
      expect(take(of(100, 1))).to.have.length(1)
    })

    it('holds at most 144 MiB of all, and one origin does not push out another', () => {
      const chunk = Buffer.alloc(MIB)
      const of = (origin: string, first: number, index: number) =>
        ({ kind: 'fragment', origin, first, index, total: 2, chunk }) as const
      take(of(OTHER, 1, 0))
      for (let first = 1; first <= 200; first += 1) take(of(ORIGIN, first, 0))
      expect(take(of(OTHER, 1, 1))).to.have.length(1)
      for (let origin = 0; origin < 10; origin += 1) {
        for (let first = 1; first <= 20; first += 1) take(of(`${origin}`.repeat(32), first, 0))
      }
      expect(reassembly.bytes).to.be.within(136 * MIB, 144 * MIB)
    })

    it('counts the overhead of many small fragments', () => {
      for (let first = 1; first <= 300_000; first += 1) {
        reassembly.take({
          kind: 'fragment',
          origin: ORIGIN,
          first,
          index: 0,
          total: 2,
          chunk: Buffer.alloc(1)
        })
      }
      expect(reassembly.bytes).to.be.at.most(72 * MIB)
      expect(take({ kind: 'fragment', origin: ORIGIN, first: 1, index: 1, total: 2, chunk: Buffer.alloc(1) }))
        .to.be.empty
    }).timeout(30_000)
  })

  describe('expiry', () => {
    it('drops a frame of which nothing has come for 30 s', () => {
      let now = 0
      reassembly = new Reassembly(() => now)
      const [one, two] = fragmentsOf(numbered(500), 300)
      const [other] = fragmentsOf(numbered(500), 300, OTHER)
      take(one)
      now = 29_999
      take(one) // a duplicate: it is no sign of more
      now = 30_000
      take(other)
      expect(take(two)).to.deep.equal([])
    })
  })

  describe('forget', () => {
    it('drops what an origin has not completed, and nothing of others', () => {
      const [one, two] = fragmentsOf(numbered(500), 300)
      const [other, another] = fragmentsOf(numbered(500), 300, OTHER)
      take(one, other)
      reassembly.forget(ORIGIN)
      expect(take(two)).to.deep.equal([])
      expect(take(another)).to.have.length(1)
    })
  })
})
