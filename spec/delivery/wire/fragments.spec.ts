import { expect } from 'chai'
import { largestFrame, Reassembly, split } from '../../../lib/delivery/wire/fragments.js'
import {
  decodeFrame,
  FRAGMENT_OVERHEAD,
  type FragmentFrame,
  MAX_FRAGMENTS
} from '../../../lib/delivery/wire/frame.js'
import { ORIGIN, OTHER } from './golden.js'

const MIB = 1024 * 1024

function partsOf(bytes: Buffer, maxPayload: number, origin = ORIGIN, first = 1): FragmentFrame[] {
  return split(bytes, maxPayload, origin, first).map((part) => decodeFrame(part) as FragmentFrame)
}

const numbered = (length: number, from = 0) =>
  Buffer.from(Array.from({ length }, (_, at) => (at + from) % 251))

describe('parts', () => {
  describe('split', () => {
    it('leaves alone what the broker takes', () => {
      const bytes = numbered(100)
      expect(split(bytes, 100, ORIGIN, 1)).to.deep.equal([bytes])
    })

    it('makes messages of the largest size the broker takes', () => {
      const parts = split(numbered(1000), 132, ORIGIN, 7)
      expect(parts.map(({ length }) => length)).to.deep.equal(Array.from({ length: 10 }, () => 132))
      expect(decodeFrame(parts[9] as Buffer)).to.include({ first: 7, index: 9, total: 10, origin: ORIGIN })
    })
  })

  describe('largestFrame', () => {
    it('is what the broker takes where that is more than can be joined', () => {
      expect(largestFrame(Number.POSITIVE_INFINITY)).to.equal(Number.POSITIVE_INFINITY)
      expect(largestFrame(512 * MIB)).to.equal(512 * MIB)
    })

    it('is at least what the broker takes, and no more parts than have a number', () => {
      for (const maxPayload of [10, FRAGMENT_OVERHEAD, FRAGMENT_OVERHEAD + 1, 500, 1000, MIB, 40 * MIB]) {
        const largest = largestFrame(maxPayload)
        expect(largest, `${maxPayload}`).to.be.at.least(maxPayload)
        if (largest > maxPayload)
          expect(largest).to.be.at.most(MAX_FRAGMENTS * (maxPayload - FRAGMENT_OVERHEAD))
      }
    })

    for (const maxPayload of [1000, MIB]) {
      it(`can be joined of parts of ${maxPayload} bytes`, () => {
        const bytes = Buffer.alloc(largestFrame(maxPayload), 'x')
        const reassembly = new Reassembly()
        let whole: Buffer | undefined
        for (const part of partsOf(bytes, maxPayload)) whole = reassembly.take(part)
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

  /** The whole frames that a sequence of parts makes. */
  function take(...parts: (FragmentFrame | undefined)[]): Buffer[] {
    return parts.flatMap((part) => (part && reassembly.take(part)) ?? [])
  }

  describe('take', () => {
    it('joins parts in whatever order they come, and holds nothing then', () => {
      const bytes = numbered(1000)
      const [first, ...rest] = partsOf(bytes, 300)
      expect(take(...rest.reverse())).to.deep.equal([])
      expect(reassembly.bytes).to.be.greaterThan(0)
      expect(take(first)).to.deep.equal([bytes])
      expect(reassembly.bytes).to.equal(0)
    })

    it('does not count a part twice', () => {
      const [one, two, three, four] = partsOf(numbered(1000), 300)
      expect(take(one, two, two, one, three)).to.deep.equal([])
      expect(take(four)).to.have.length(1)
    })

    it('keeps frames apart by origin, by number and by how many parts they have', () => {
      const frames = [numbered(1000), numbered(1000, 1), numbered(1000, 2), numbered(1000, 3)] as const
      const all = [
        partsOf(frames[0], 300),
        partsOf(frames[1], 300, OTHER),
        partsOf(frames[2], 300, ORIGIN, 2),
        partsOf(frames[3], 200)
      ]
      const interleaved = [0, 1, 2, 3, 4, 5].flatMap((index) => all.map((parts) => parts[index]))
      expect(take(...interleaved)).to.deep.equal(frames)
    })

    it('keeps no view of the buffer it was given', () => {
      const bytes = numbered(500)
      const [one, two] = split(bytes, 300, ORIGIN, 1).map((part) => Buffer.from(part)) as [Buffer, Buffer]
      take(decodeFrame(one) as FragmentFrame)
      one.fill(0)
      expect(take(decodeFrame(two) as FragmentFrame)).to.deep.equal([bytes])
    })

    it('holds at most 64 MiB of an origin, the latest of it', () => {
      const chunk = Buffer.alloc(MIB)
      const of = (first: number, index: number) =>
        ({ kind: 'fragment', origin: ORIGIN, first, index, total: 2, chunk }) as const
      for (let first = 1; first <= 100; first += 1) take(of(first, 0))
      expect(reassembly.bytes).to.be.within(62 * MIB, 64 * MIB)
      expect(take(of(1, 1))).to.deep.equal([])
      expect(take(of(100, 1))).to.have.length(1)
    })

    it('holds at most 128 MiB of all, and one origin does not push out another', () => {
      const chunk = Buffer.alloc(MIB)
      const of = (origin: string, first: number, index: number) =>
        ({ kind: 'fragment', origin, first, index, total: 2, chunk }) as const
      take(of(OTHER, 1, 0))
      for (let first = 1; first <= 200; first += 1) take(of(ORIGIN, first, 0))
      expect(take(of(OTHER, 1, 1))).to.have.length(1)
      for (let origin = 0; origin < 10; origin += 1) {
        for (let first = 1; first <= 20; first += 1) take(of(`${origin}`.repeat(32), first, 0))
      }
      expect(reassembly.bytes).to.be.within(120 * MIB, 128 * MIB)
    })

    it('counts what many small parts cost', () => {
      for (let first = 1; first <= 270_000; first += 1) {
        reassembly.take({
          kind: 'fragment',
          origin: ORIGIN,
          first,
          index: 0,
          total: 2,
          chunk: Buffer.alloc(1)
        })
      }
      expect(reassembly.bytes).to.be.at.most(64 * MIB)
      expect(take({ kind: 'fragment', origin: ORIGIN, first: 1, index: 1, total: 2, chunk: Buffer.alloc(1) }))
        .to.be.empty
    }).timeout(30_000)
  })

  describe('forget', () => {
    it('drops what an origin has not completed, and nothing of others', () => {
      const [one, two] = partsOf(numbered(500), 300)
      const [other, another] = partsOf(numbered(500), 300, OTHER)
      take(one, other)
      reassembly.forget(ORIGIN)
      expect(take(two)).to.deep.equal([])
      expect(take(another)).to.have.length(1)
    })
  })
})
