import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { Counts } from '../../lib/delivery/environment.js'
import { encodeFrame, newOrigin } from '../../lib/delivery/wire/frame.js'
import { Sealing } from '../../lib/sealing/sealing.js'
import { sealingKeys } from '../../lib/sealing/secret-option.js'

/** The smallest frame with an event is 44 bytes and its payload, and 4 MiB may be under way. */
const UNDER_WAY = 60_000

describe('own sealed frames', () => {
  it('are no replays where an adapter has them come back without saying so', () => {
    const counts = new Counts()
    const origin = newOrigin()
    const keys = sealingKeys(randomBytes(32).toString('base64'), 'ours')
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
    const keys = sealingKeys(randomBytes(32).toString('base64'), 'ours')
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
