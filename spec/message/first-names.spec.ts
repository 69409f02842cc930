import { expect } from 'chai'
import fc from 'fast-check'
import { firstNames } from '../../lib/message/first-names.js'
import { JsonSerializer } from '../../lib/message/serializer.js'

const json = new JsonSerializer()

/** In the midst of other bytes, as in a payload. */
function namesIn(text: string): unknown {
  const bytes = Buffer.from(`"{${text}"}`)
  return firstNames(bytes, 2, bytes.length - 2)
}

describe('firstNames', () => {
  const message = { event: 'created', path: 'messages', data: { path: 'other', text: '"' } }

  it('reads the names of a message, and of what a list shares', () => {
    const names = { event: 'created', path: 'messages' }
    expect(namesIn(json.serialize(message))).to.deep.equal(names)
    expect(namesIn(json.serialize({ ...names, context: {} } as never))).to.deep.equal(names)
    expect(namesIn(JSON.stringify(names))).to.deep.equal(names)
  })

  it('reads names that are empty, and of other alphabets', () => {
    for (const name of ['', 'ключ', '消息', '👋', 'users/:id/é']) {
      const names = { event: name, path: name }
      expect(namesIn(JSON.stringify(names))).to.deep.equal(names)
    }
  })

  const OTHERS: [title: string, text: string][] = [
    ['nothing', ''],
    ['an escape in the event', JSON.stringify({ ...message, event: 'a"b' })],
    ['an escape in the path', JSON.stringify({ ...message, path: 'a\\b' })],
    ['fields in another order', JSON.stringify({ path: 'messages', event: 'created' })],
    ['spaces', JSON.stringify(message, null, 1)],
    ['an event that is no text', JSON.stringify({ ...message, event: 5 })],
    ['a path that is no text', JSON.stringify({ ...message, path: null })],
    ['no message', '[]']
  ]
  for (const [title, text] of OTHERS) {
    it(`leaves it to the parser: ${title}`, () => expect(namesIn(text)).to.equal(undefined))
  }

  it('leaves it to the parser wherever the text is cut within the names', () => {
    const text = '{"event":"created","path":"messages"'
    for (let length = 0; length < text.length; length += 1) {
      expect(namesIn(text.slice(0, length)), text.slice(0, length)).to.equal(undefined)
    }
  })

  it('reads what the parser reads, or nothing', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(name, name, fc.json(), (event, path, data) => {
        const text = json.serialize({ event, path, data: JSON.parse(data) })
        const parsed = JSON.parse(text)
        const names = namesIn(text)
        if (names !== undefined) expect(names).to.deep.equal({ event: parsed.event, path: parsed.path })
      })
    )
  })
})
