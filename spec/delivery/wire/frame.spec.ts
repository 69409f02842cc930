import { expect } from 'chai'
import {
  decodeFrame,
  EVENTS_OVERHEAD,
  encodeFrame,
  FRAGMENT_OVERHEAD,
  newOrigin
} from '../../../lib/delivery/wire/frame.js'
import { UNIT_OVERHEAD } from '../../../lib/delivery/wire/unit.js'
import { bytesOf, eventsFrame, GOLDEN, HEARTBEAT, ORIGIN, start } from './golden.js'

describe('frame', () => {
  describe('encodeFrame', () => {
    for (const { name, frame, hex } of GOLDEN) {
      it(`writes ${name} as the golden vector`, () => {
        expect(encodeFrame(frame).toString('hex')).to.equal(hex.replaceAll(' ', ''))
      })
    }

    it('begins like neither JSON nor BSON', () => {
      const [{ hex }] = GOLDEN as [(typeof GOLDEN)[number]]
      const bytes = bytesOf(hex)
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).to.throw()
      expect(bytes.readInt32LE()).to.be.lessThan(0)
    })

    it('has the overheads it states', () => {
      const payload = Buffer.alloc(10)
      const units = [
        { first: 1, count: 1, payload },
        { first: 2, count: 1, payload }
      ]
      expect(encodeFrame(eventsFrame(units))).to.have.length(EVENTS_OVERHEAD + 2 * (UNIT_OVERHEAD + 10))
      const fragment = encodeFrame({
        kind: 'fragment',
        origin: ORIGIN,
        first: 1,
        index: 0,
        total: 2,
        chunk: payload
      })
      expect(fragment).to.have.length(FRAGMENT_OVERHEAD + 10)
    })
  })

  describe('decodeFrame', () => {
    for (const { name, frame, hex } of GOLDEN) {
      it(`reads ${name} from the golden vector`, () => {
        expect(decodeFrame(bytesOf(hex))).to.deep.equal(frame)
      })
    }

    it('reads from the middle of a larger buffer, and from a plain Uint8Array', () => {
      const [{ frame, hex }] = GOLDEN as [(typeof GOLDEN)[number]]
      const bytes = bytesOf(hex)
      const pool = new Uint8Array(bytes.length + 7)
      pool.set(bytes, 5)
      expect(decodeFrame(pool.subarray(5, 5 + bytes.length))).to.deep.equal(frame)
    })

    it('ignores flags it does not know', () => {
      const bytes = bytesOf(`${start('02')} fc 000000000000 000000000001 000000000000`)
      expect(decodeFrame(bytes)).to.include({ kind: 'heartbeat', join: false, leave: false })
    })

    it('skips sections it does not know, and takes those around them', () => {
      const bytes = bytesOf(`${HEARTBEAT} 7f 0002 6161 02 0006 000000000005 80 0000`)
      const frame = decodeFrame(bytes)
      expect(frame).to.include({ kind: 'heartbeat', since: 5 })
      expect(frame).to.not.have.any.keys('hears', 'baselines')
    })
  })

  describe('newOrigin', () => {
    it('is 128 random bits in hexadecimal', () => {
      const origins = Array.from({ length: 100 }, newOrigin)
      expect(new Set(origins)).to.have.property('size', 100)
      for (const origin of origins) expect(origin).to.match(/^[0-9a-f]{32}$/)
    })
  })
})
