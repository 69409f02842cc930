import { expect } from 'chai'
import { decodeFrame, encodeFrame } from '../../../lib/delivery/wire/frame.js'
import {
  decodeInstance,
  encodeInstance,
  isPrintable,
  MAX_INSTANCE
} from '../../../lib/delivery/wire/instance.js'
import { bytesOf, HEARTBEAT } from './golden.js'

const decoded = (text: string) => decodeInstance(Buffer.from(text))

/** Bodies that no instance writes, and what is taken of them. */
const HOSTILE: Record<string, [body: string | Buffer, taken: object]> = {
  nothing: ['', {}],
  'no JSON': ['{"host":', {}],
  null: ['null', {}],
  'an array': ['["host"]', {}],
  'a text': ['"host"', {}],
  'bytes that are no UTF-8': [Buffer.of(0x7b, 0xff, 0xc3, 0x28), {}],
  'other types': ['{"host":{"a":1},"pid":"7","version":["4"],"name":true}', {}],
  'a pid that is no integer': ['{"pid":1.5}', {}],
  'a pid beyond what is exact': ['{"pid":1e300}', {}],
  'fields that nobody knows': ['{"cwd":"/home","toString":"x","name":"web"}', { name: 'web' }],
  'a prototype': ['{"__proto__":{"name":"polluted"},"constructor":{"name":"x"}}', {}],
  'terminal sequences': ['{"name":"\\u001b[2Ja\\u0007b\\u0000\\n\\u202e"}', { name: '[2Jab' }],
  'half a character': ['{"name":"a\\ud83db"}', { name: 'ab' }],
  'texts that are too long': [
    JSON.stringify({ host: 'h'.repeat(200), version: 'v'.repeat(99), name: 'n'.repeat(100) }),
    { host: 'h'.repeat(128), version: 'v'.repeat(32), name: 'n'.repeat(64) }
  ],
  'too many bytes': [JSON.stringify({ name: 'web', host: ' '.repeat(MAX_INSTANCE) }), {}]
}

describe('instance', () => {
  describe('encodeInstance', () => {
    it('writes what decodeInstance reads', () => {
      const instance = { host: 'server-1', pid: 4711, version: '4.0.0-alpha.0', name: 'Wörker 🚀 "1"' }
      expect(decodeInstance(encodeInstance(instance))).to.deep.equal(instance)
    })

    it('leaves out what is not known, and keeps the order: the same is the same bytes', () => {
      expect(String(encodeInstance({ version: '4.0.0', pid: 1 }))).to.equal('{"pid":1,"version":"4.0.0"}')
    })

    it('fits, whatever the texts are', () => {
      for (const text of ['"', '\\', '🚀', '\u0001', '\ud800', 'x']) {
        const all = text.repeat(300)
        const body = encodeInstance({ host: all, pid: 2 ** 52, version: all, name: all })
        expect(body.length, JSON.stringify(text)).to.be.at.most(MAX_INSTANCE)
        expect(decodeInstance(body)).to.have.property('pid', 2 ** 52)
      }
    })
  })

  describe('decodeInstance', () => {
    for (const [name, [body, taken]] of Object.entries(HOSTILE)) {
      it(`takes of ${name} only what it may be`, () => {
        const instance = typeof body === 'string' ? decoded(body) : decodeInstance(body)
        expect(instance).to.deep.equal(taken)
        expect(Object.getPrototypeOf(instance)).to.equal(Object.prototype)
      })

      it(`lets a heartbeat with ${name} count`, () => {
        const bytes = Buffer.from(body)
        const length = bytes.length.toString(16).padStart(4, '0')
        const frame = decodeFrame(
          bytesOf(`${HEARTBEAT} 04 ${length} ${bytes.toString('hex')} 02 0006 000000000005`)
        )
        expect(frame).to.include({ kind: 'heartbeat', since: 5 })
      })
    }
  })

  describe('isPrintable', () => {
    it('is what can be sent as it is', () => {
      for (const name of ['web', 'Wörker 1', '🚀'.repeat(64), '日本'])
        expect(isPrintable(name), name).to.equal(true)
      for (const name of ['a\nb', 'x'.repeat(65), '\u001b[1m', '\ud800', '\u202eabc', 'a\u2028'])
        expect(isPrintable(name), JSON.stringify(name)).to.equal(false)
    })
  })

  it('travels at the end of a heartbeat, after the sections of older versions', () => {
    const bytes = encodeFrame({
      kind: 'heartbeat',
      origin: '00'.repeat(16),
      age: 0,
      oldest: 1,
      last: 0,
      join: true,
      leave: false,
      since: 1,
      instance: encodeInstance({ pid: 7 })
    })
    expect(bytes.subarray(-12).toString('hex')).to.equal(
      `04 0009 ${Buffer.from('{"pid":7}').toString('hex')}`.replaceAll(' ', '')
    )
  })
})
