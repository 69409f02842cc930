import { expect } from 'chai'
import { alone, compact, restore } from '../../lib/message/compact-context.js'
import type { SyncMessage } from '../../lib/message/message.js'

const data = { id: 1 }
const head = { event: 'created', path: 'messages', data }
const own = { path: 'messages', event: 'created' }

describe('compact-context', () => {
  /** What a context is after the way. */
  const transferred = (message: SyncMessage, isListed = false, items: unknown[] = [message.data]) => {
    const context = compact(message, isListed)
    return restore(JSON.parse(JSON.stringify({ ...message, context })), items)
  }

  describe('compact', () => {
    it("leaves out what is the message's own, and says so", () => {
      const context = { ...own, method: 'create', data, result: data, params: {} }
      expect(compact({ ...head, context }, false)).to.deep.equal({ method: 'create', params: {}, self: 15 })
      expect(context).to.have.keys('path', 'event', 'method', 'data', 'result', 'params')
    })

    it('leaves out the list of a bulk call', () => {
      const context = { ...own, method: 'create', data: [{}], result: [data, {}] }
      expect(compact({ ...head, context }, true)).to.deep.equal({ method: 'create', data: [{}], self: 19 })
    })

    it('takes what differs', () => {
      const context = { path: 'inner', event: null, data: { id: 2 }, result: { id: 1 } }
      expect(compact({ ...head, context }, false)).to.deep.equal(context)
    })

    it("names the fields that the context's data lacks, where the others are the event's own", () => {
      const nested = { a: 1 }
      const record = { id: 1, text: 'hi', nested, none: undefined }
      const message = { ...head, data: record, context: { data: { text: 'hi', nested } } }
      expect(compact(message, false)).to.deep.equal({ data: ['id', 'none'], self: 32 })
    })

    it('names the fields that each item of the data of a bulk call lacks, where they are the same', () => {
      const result = [
        { id: 1, text: 'a' },
        { id: 2, text: 'b' }
      ]
      const names = (list: unknown[]) =>
        compact({ ...head, data: result[0], context: { data: list, result } }, true)
      expect(names([{ text: 'a' }, { text: 'b' }])).to.deep.equal({ data: ['id'], self: 16 + 1024 })
      expect(names(result)).to.deep.equal({ self: 16 + 512 })
      for (const list of [
        [{ text: 'a' }],
        [{ text: 'a' }, { text: 'b' }, { text: 'c' }],
        [{ text: 'a' }, { text: 'other' }],
        [{ text: 'a' }, { id: 2 }],
        [{ text: 'a' }, { id: 2, text: 'b' }],
        [{ text: 'a' }, null]
      ]) {
        expect(names(list), JSON.stringify(list)).to.deep.equal({ data: list, self: 16 })
      }
    })

    it('takes data whole that has anything else', () => {
      const record = { id: 1, text: 'hi', nested: { a: 1 } }
      for (const other of [
        { text: 'ho' },
        { text: 'hi', more: 1 },
        { nested: { a: 1 } },
        { toString: record.toString },
        {},
        [record],
        new Map(),
        Object.assign(Object.create({ inherited: 1 }), { text: 'hi' }),
        { text: 'hi', toJSON: () => 1 }
      ]) {
        expect(compact({ ...head, data: record, context: { data: other } }, false)).to.deep.equal({
          data: other
        })
      }
    })

    it('takes what is no object as it is', () => {
      for (const context of ['text', null, [data]]) {
        expect(compact({ ...head, context }, false)).to.equal(context)
        expect(restore({ ...head, context }, [data])).to.equal(context)
      }
    })
  })

  describe('restore', () => {
    const contexts = [
      {},
      { method: 'create' },
      { ...own, method: 'create', data, result: data },
      { ...own, data },
      { path: 'inner', event: null, method: 'create', result: null },
      { method: 'create', data: { other: 1 }, result: [data] },
      { same: ['data', 'list'], list: 1, result: { total: 0 } }
    ]
    for (const context of contexts) {
      it(`makes ${JSON.stringify(context)} of what was sent, no more and no less`, () => {
        expect(transferred({ ...head, context })).to.deep.equal(context)
      })
    }

    it('gives data that is a part of the event’s back', () => {
      const record = { id: 1, text: 'hi', nested: { a: 1 } }
      for (const part of [{ text: 'hi' }, { nested: record.nested, id: 1 }, { ...record }]) {
        const context = { ...own, method: 'create', data: part, result: record }
        expect(transferred({ ...head, data: record, context })).to.deep.equal(context)
      }
    })

    it('takes names that are no list as they came', () => {
      const context = { data: { text: 'hi' }, self: 32 }
      expect(restore({ ...head, context }, [data])).to.deep.equal({ data: { text: 'hi' } })
    })

    it('gives a bulk call the list of its items', () => {
      const items = [data, { id: 2 }]
      const context = { ...own, method: 'create', result: items }
      expect(transferred({ ...head, context }, true, items)).to.deep.equal(context)
    })

    it('gives a bulk call its data', () => {
      const items = [
        { id: 1, text: 'a' },
        { id: 2, text: 'b' }
      ]
      for (const list of [items, items.map(({ text }) => ({ text })), [{ text: 'a' }]]) {
        const context = { ...own, method: 'create', data: list, result: items }
        expect(transferred({ ...head, data: items[0], context }, true, items)).to.deep.equal(context)
      }
    })

    it('takes names as they came where the data is no object, which only a forged payload has', () => {
      const context = { data: ['id'], self: 32 }
      expect(restore({ ...head, data: 5, context }, [5])).to.deep.equal({ data: ['id'] })
    })

    it('gives items that are no objects, which only a forged payload has, as they are', () => {
      const context = { data: ['id'], self: 16 + 1024 }
      expect(restore({ ...head, context }, [{ id: 1, a: 1 }, 2, null])).to.deep.equal({
        data: [{ a: 1 }, 2, null],
        result: [{ id: 1, a: 1 }, 2, null]
      })
    })

    it('gives data that is undefined back', () => {
      const context = { path: 'x', data: undefined }
      const message = { event: 'created', path: 'messages', data: undefined, context }
      const sent = compact(message, false)
      expect(restore({ ...message, context: sent }, [])).to.deep.equal(context)
    })

    it('takes a `self` that is no number as it came', () => {
      for (const self of ['data', ['list'], {}, null]) {
        const context = { method: 'create', self }
        expect(restore({ ...head, context }, [data])).to.equal(context)
      }
    })
  })

  describe('alone', () => {
    const list = [data, { id: 2 }]

    it('cuts the lists that belong to the result to the one item', () => {
      const context = { method: 'create', data: ['a', 'b'], dispatch: ['c', 'd'], result: list, list }
      expect(alone({ ...head, data: list[1], context }, 1)).to.deep.equal({
        ...head,
        data: { id: 2 },
        context: { method: 'create', data: ['b'], dispatch: ['d'], result: [{ id: 2 }], list }
      })
      expect(context.result).to.equal(list)
    })

    it('leaves what does not belong to it', () => {
      const context = { data: { text: 'hi' }, dispatch: ['for all'], result: list }
      expect(alone({ ...head, context }, 0).context).to.deep.equal({ ...context, result: [data] })
      expect(alone({ ...head, context: { result: list } }, 0).context).to.deep.equal({ result: [data] })
    })
  })
})
