import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { Counts } from '../../lib/delivery/environment.js'
import { encodeFrame, type Frame, newOrigin } from '../../lib/delivery/wire/frame.js'
import { readHead } from '../../lib/delivery/wire/head.js'
import { encodeInstance } from '../../lib/delivery/wire/instance.js'
import { Sealing } from '../../lib/sealing/sealing.js'
import { sealingKeys } from '../../lib/sealing/secret-option.js'
import { Party } from './stage.js'

const secret = randomBytes(32).toString('base64')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** The smallest frame with an event is 44 bytes and its payload, and 4 MiB may be under way. */
const UNDER_WAY = 60_000

describe('own sealed frames', () => {
  let one: Party

  beforeEach(() => {
    one = new Party({ secret })
  })

  const frames: Record<string, (origin: string) => Frame> = {
    'an events frame': (origin) => ({
      ...{ kind: 'events', origin, age: 9, retransmission: false, first: 7, next: 8 },
      bytes: Buffer.concat([Buffer.from([0, 0, 2, 0, 0, 0, 0, 1]), Buffer.alloc(512)])
    }),
    'a heartbeat': (origin) => ({
      ...{ kind: 'heartbeat', origin, age: 2 ** 40, oldest: 3, last: 2 ** 33, join: true, leave: false },
      hears: { complete: true, digests: [1, 2, 3] },
      instance: encodeInstance({ host: 'h'.repeat(60), pid: 7, version: '4.0.0' })
    }),
    'a fragment': (origin) => ({
      ...{ kind: 'fragment', origin, first: 2 ** 33, index: 700, total: 900, chunk: Buffer.alloc(999) }
    }),
    'a NACK': (origin) => ({
      ...{ kind: 'nack', origin, target: newOrigin(), ranges: [{ from: 1, to: 9 }] }
    })
  }
  for (const [name, make] of Object.entries(frames)) {
    it(`gives back as much of ${name} as delivery reads of an own one`, () => {
      const frame = encodeFrame(make(one.origin))
      const echo = Buffer.from(one.open(one.seal(frame)), 'hex')
      expect(echo).to.deep.equal(frame.subarray(0, 64))
      expect(readHead(echo)).to.deep.equal(readHead(frame))
    })
  }

  it('recognizes each once, in any order', () => {
    const sealed = [1, 2, 3].map((last) => one.seal(one.frame(last)))
    for (const at of [2, 0, 1]) expect(one.open(sealed[at] as Uint8Array)).to.equal(hex(one.frame(at + 1)))
    for (const again of sealed) expect(one.open(again)).to.equal('replayed')
  })

  it('keeps a copy: what the caller makes of its bytes is nothing to it', () => {
    const frame = one.frame()
    const sealed = one.seal(frame)
    frame.fill(0)
    expect(one.open(sealed)).to.equal(hex(one.frame()))
  })

  it('drops one whose tag is another', () => {
    const sealed = Buffer.from(one.seal())
    const forged = Buffer.from(sealed)
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1)
    expect(one.open(forged)).to.equal('replayed')
    expect(one.open(sealed)).to.equal(hex(one.frame()))
  })

  it('drops those of before the last 65,536: it keeps no more', () => {
    const first = one.seal()
    const second = one.seal()
    for (let count = 3; count <= 65_537; count += 1) one.seal()
    expect(one.open(first)).to.equal('replayed')
    expect(one.open(second)).to.equal(hex(one.frame()))
  })

  it('are no replays where an adapter has them come back without saying so', () => {
    const counts = new Counts()
    const origin = newOrigin()
    const keys = sealingKeys(secret, 'ours')
    const sealing = new Sealing({
      keys,
      origin,
      echoes: false,
      counts,
      report: (error) => expect.fail(`${error}`)
    })
    const sealed = sealing.seal(
      encodeFrame({ kind: 'heartbeat', origin, age: 1, oldest: 1, last: 0, join: true, leave: false })
    )
    expect(sealing.open(sealed)).to.equal(undefined)
    expect(counts).to.include({ framesReceived: 1, bytesReceived: sealed.length })
  })

  it('are recognized however many of them are under way, each once', () => {
    const counts = new Counts()
    const origin = newOrigin()
    const keys = sealingKeys(secret, 'ours')
    const sealing = new Sealing({ keys, origin, echoes: true, counts, report: () => {} })
    const frame = encodeFrame({
      kind: 'events',
      origin,
      age: 1,
      retransmission: false,
      first: 1,
      next: 2,
      bytes: Buffer.alloc(20)
    })
    const sealed = Array.from({ length: UNDER_WAY }, () => Buffer.from(sealing.seal(frame)))
    for (const one of sealed) expect(sealing.open(one)?.subarray(0, 35)).to.deep.equal(frame.subarray(0, 35))
    expect(counts.dropped.replayed).to.equal(0)
    for (const one of sealed.slice(0, 100)) expect(sealing.open(one)).to.equal(undefined)
    expect(counts.dropped.replayed).to.equal(100)
  })
})
