import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { Origins } from '../../../lib/delivery/wire/origins.js'

describe('Origins', () => {
  it('reads an origin where it is, again and again', () => {
    const origins = new Origins(16)
    const bytes = randomBytes(40)
    for (let round = 0; round < 3; round += 1) {
      expect(origins.read(bytes, 6)).to.equal(bytes.toString('hex', 6, 22))
      expect(origins.read(bytes, 10)).to.equal(bytes.toString('hex', 10, 26))
    }
  })

  it('tells those apart that begin with the same bytes', () => {
    const origins = new Origins(16)
    const [one, other] = [Buffer.alloc(16, 7), Buffer.alloc(16, 7)]
    other[15] = 8
    for (let round = 0; round < 3; round += 1) {
      expect(origins.read(one, 0)).to.equal(one.toString('hex'))
      expect(origins.read(other, 0)).to.equal(other.toString('hex'))
    }
  })

  it('keeps no view of the bytes, which a driver may use again', () => {
    const origins = new Origins(16)
    const bytes = Buffer.alloc(16, 1)
    origins.read(bytes, 0)
    bytes[15] = 2
    expect(origins.read(bytes, 0)).to.equal(bytes.toString('hex'))
  })

  it('reads more of them than it remembers', () => {
    const origins = new Origins(16)
    for (let index = 0; index < 2500; index += 1) {
      const bytes = randomBytes(16)
      expect(origins.read(bytes, 0)).to.equal(bytes.toString('hex'))
    }
  })
})
