import type { HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { Linked } from '../applications/linked.js'
import { linkMessages, messages, record } from './messages.js'

describe('EventBridge', () => {
  let one: Linked
  let two: Linked

  beforeEach(() => {
    ;[one, two] = linkMessages()
  })

  describe('where a document cannot be serialized', () => {
    const circular: Record<string, unknown> = { text: 'round', list: [1] }
    circular.self = circular
    circular.list = [1, circular]
    const unreadable = {
      toJSON() {
        throw new Error('unreadable')
      }
    }
    const getter = {
      text: 'hi',
      get value() {
        throw new Error('unreadable')
      }
    }
    const partly: [string, object, unknown][] = [
      ['a circle', circular, { text: 'round', list: [1, null] }],
      ['a bigint', { value: 1n, text: 'hi', list: [1n, 2] }, { text: 'hi', list: [null, 2] }],
      ['a getter that throws', getter, { text: 'hi' }],
      ['a toJSON that throws', { text: 'hi', deep: { unreadable } }, { text: 'hi', deep: {} }]
    ]
    for (const [name, document, rest] of partly) {
      it(`sends the rest of it, and reports it: ${name}`, async () => {
        const [here, there] = [record(one.app), record(two.app)]
        expect(await messages(one.app).create(document)).to.equal(document)
        expect(here[0]?.[0]).to.equal(document)
        expect(there.map(([data]) => data)).to.deep.equal([rest])
        expect(there[0]?.[1].result).to.deep.equal(rest)
        expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['serialize'])
        expect(one.errors[0]?.message).to.match(
          /'messages created' went without what could not be serialized: ./
        )
      })
    }

    for (const [name, data] of [
      ['bigint', 1n],
      ['unreadable', unreadable]
    ] as const) {
      it(`serves the call and the listeners here where nothing is left of it, and reports it: ${name}`, async () => {
        const [here, there] = [record(one.app), record(two.app)]
        expect(await messages(one.app).create(data)).to.equal(data)
        expect(here.length).to.equal(1)
        expect(there.length).to.equal(0)
        expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['serialize'])
        expect(one.errors[0]?.message).to.match(
          /could not serialize 'messages created', it stays on this instance: ./
        )
      })
    }

    it('loses a value of the context alone, and reports it', async () => {
      const there = record(two.app)
      const user: Record<string, unknown> = { id: 1 }
      user.self = user
      await messages(one.app).create({ text: 'hi' }, { user, count: 1n, clientId: 'x' })
      expect(there[0]?.[0]).to.deep.equal({ text: 'hi' })
      expect(there[0]?.[1].params).to.deep.equal({ user: { id: 1 }, clientId: 'x' })
      expect(there[0]?.[1].method).to.equal('create')
      expect(one.errors.map(({ message }) => message.replace(/.*serialized: /, ''))).to.deep.equal([
        'a value is circular',
        'Do not know how to serialize a BigInt'
      ])
      expect(user.self).to.equal(user)
    })
  })

  describe('with context.dispatch', () => {
    const dispatchAs = (dispatch: unknown) =>
      messages(one.app).hooks({
        after: { create: (context: HookContext) => Object.assign(context, { dispatch }) }
      })
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const lost = {
      circular,
      symbol: Symbol('lost'),
      function: () => {},
      null: { toJSON: () => null },
      bigint: 1n
    }

    for (const [name, dispatch] of Object.entries(lost)) {
      it(`keeps an event here whose dispatch cannot be sent: ${name}`, async () => {
        const [here, there] = [record(one.app), record(two.app)]
        dispatchAs(dispatch)
        await messages(one.app).create({ password: 'secret' })
        expect(here.length).to.equal(1)
        expect(there.length).to.equal(0)
        expect(one.sent).to.deep.equal([])
        expect(one.errors[0]).to.include({ kind: 'serialize' })
      })
    }

    it('keeps an event here when a part of its dispatch cannot be sent', async () => {
      const there = record(two.app)
      const unreadable = {
        toJSON() {
          throw new Error('unreadable')
        }
      }
      for (const part of [1n, circular, unreadable]) {
        dispatchAs({ safe: true, part })
        await messages(one.app).create({ password: 'secret' })
      }
      expect(there).to.deep.equal([])
      expect(one.sent).to.deep.equal([])
      expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['serialize', 'serialize', 'serialize'])
    })

    it('sends a dispatch without functions and symbols, which clients here are not sent either', async () => {
      const [here, there] = [record(one.app), record(two.app)]
      dispatchAs({ safe: true, run: () => {}, list: [() => {}, Symbol('x'), 1] })
      await messages(one.app).create({ password: 'secret' })
      expect(there[0]?.[1].dispatch).to.deep.equal({ safe: true, list: [null, null, 1] })
      expect(there[0]?.[1].dispatch).to.deep.equal(JSON.parse(JSON.stringify(here[0]?.[1].dispatch)))
      expect(one.errors).to.deep.equal([])
    })

    it('sends a dispatch that is whole, whatever else is lost', async () => {
      const there = record(two.app)
      dispatchAs({ safe: { deep: true } })
      await messages(one.app).create({ text: 'hi', size: 1n }, { count: 1n })
      expect(there[0]?.[0]).to.deep.equal({ text: 'hi' })
      expect(there[0]?.[1].dispatch).to.deep.equal({ safe: { deep: true } })
      expect(there[0]?.[1].params).to.deep.equal({})
    })

    for (const dispatch of [undefined, null, false, 0, '', 'text', { safe: true }, []]) {
      it(`sends clients ${JSON.stringify(dispatch)} || result, there as here`, async () => {
        const [here, there] = [record(one.app), record(two.app)]
        dispatchAs(dispatch)
        await messages(one.app).create({ text: 'hi' })
        const [own, remote] = [here, there].map(([call]) => call?.[1].dispatch || call?.[1].result)
        expect(remote).to.deep.equal(own)
      })
    }
  })
})
