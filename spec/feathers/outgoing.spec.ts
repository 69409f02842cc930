import type { EventEmitter } from 'node:events'
import type { Application, HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { BridgeLink } from '../../lib/feathers/event-bridge.js'
import { Outgoing } from '../../lib/feathers/outgoing.js'
import { SYNC, type SyncError } from '../../lib/index.js'
import type { SyncMessage } from '../../lib/message/message.js'
import { FunctionSerializer, JsonSerializer, type Serializer } from '../../lib/message/serializer.js'
import { type Linked, linkApps } from '../applications/linked.js'

type Items = EventEmitter & {
  hooks(hooks: object): void
} & Record<'create' | 'patch' | 'remove' | 'search' | 'archive', (...args: unknown[]) => Promise<unknown>>

interface Call {
  event: string
  data: unknown
  context: HookContext
}

const EVENTS = ['created', 'updated', 'patched', 'removed', 'archived', 'liked']
const items = (app: Application) => app.service('items') as unknown as Items

/** The list that a method of many returns is that of its data, numbered. */
function useItems(app: Application): void {
  const many = (data: unknown) =>
    Array.isArray(data) ? data.map((item, id) => ({ id, ...item })) : { id: 0, ...(data as object) }
  const list = () => [{ id: 1 }, { id: 2 }, { id: 3 }]
  const service = {
    create: async (data: unknown) => many(data),
    patch: async (_id: unknown, data: object) => list().map((item) => ({ ...item, ...data })),
    remove: async () => list(),
    search: async () => ({ total: 3, limit: 10, skip: 0, data: list() }),
    archive: async (data: unknown) => data
  }
  const methods = ['create', 'patch', 'remove', 'search', 'archive']
  app.use('items', service as never, { methods, events: ['archived', 'liked'] })
}

/** What the listeners of an application get from now on. */
function record(app: Application): Call[] {
  const calls: Call[] = []
  for (const event of EVENTS) {
    items(app).on(event, (data, context) => calls.push({ event, data: structuredClone(data), context }))
  }
  return calls
}

/** Counts what it is asked for. */
class Counting extends JsonSerializer {
  calls = 0
  bytes = 0

  override serialize(message: SyncMessage): string {
    const text = super.serialize(message)
    this.calls += 1
    this.bytes += text.length
    return text
  }
}

const ids = (calls: Call[]) => calls.map(({ data }) => (data as { id: number }).id)

describe('Outgoing', () => {
  let one: Linked
  let two: Linked
  let here: Call[]
  let there: Call[]

  const link = (
    serializer: Serializer = new JsonSerializer(),
    options: Partial<BridgeLink['options']> = {}
  ) => {
    ;[one, two] = linkApps(2, useItems, serializer, options) as [Linked, Linked]
    ;[here, there] = [record(one.app), record(two.app)]
  }

  /** The same events, in the same order, with the same data. */
  const expectSame = () =>
    expect(there.map(({ event, data }) => [event, data])).to.deep.equal(
      here.map(({ event, data }) => [event, data])
    )

  beforeEach(() => link())

  describe('with a bulk call', () => {
    const results = (calls: Call[]) => calls.map(({ context }) => context.result)

    it('sends one payload, with each item once', async () => {
      const data = Array.from({ length: 3 }, (_, index) => ({ text: `text ${index}` }))
      await items(one.app).create(data, { clientId: 'only once' })
      expect(one.payloads).to.have.length(1)
      const text = String(one.payloads[0])
      expect(text.split('only once')).to.have.length(2)
      for (const id of [0, 1, 2]) expect(text.split(`"id":${id}`)).to.have.length(2)
      expectSame()
      expect(ids(there)).to.deep.equal([0, 1, 2])
    })

    it('gives remote listeners one context, with the list of results, as local ones get', async () => {
      await items(one.app).create([{ text: 'a' }, { text: 'b' }], { clientId: 'x' })
      expect(new Set(there.map(({ context }) => context)).size).to.equal(1)
      expect(results(there)[0]).to.deep.equal(results(here)[0])
      expect(there[0]?.context.data).to.deep.equal([{ text: 'a' }, { text: 'b' }])
      expect(there[0]?.context.params).to.deep.equal({ clientId: 'x' })
      expect(there[0]?.context.arguments).to.deep.equal(here[0]?.context.arguments)
    })

    for (const [method, args] of [
      ['patch', [null, { text: 'x' }, { query: { a: 1 } }]],
      ['remove', [null]],
      ['create', [[{ text: 'alone' }]]]
    ] as const) {
      it(`does so for ${method}(${JSON.stringify(args).slice(1, -1)})`, async () => {
        await items(one.app)[method](...args)
        expect(one.payloads).to.have.length(1)
        expectSame()
        expect(results(there)).to.deep.equal(results(here))
        expect(there[0]?.context.id).to.equal(here[0]?.context.id)
      })
    }

    it('sends nothing for no items', async () => {
      await items(one.app).create([])
      expect(one.payloads).to.deep.equal([])
    })

    it('takes the same object twice in the list', async () => {
      items(one.app).hooks({
        after: {
          create(context: HookContext) {
            const [first, second] = context.result
            context.result = [first, first, second, first]
          }
        }
      })
      await items(one.app).create([{}, {}])
      expect(ids(there)).to.deep.equal([0, 0, 1, 0])
      expect(results(there)).to.deep.equal(results(here))
      expect(one.payloads).to.have.length(1)
    })

    it('shares a dispatch, once', async () => {
      const hook = (context: HookContext) => Object.assign(context, { dispatch: ['safe a', 'safe b'] })
      items(one.app).hooks({ after: { create: hook } })
      await items(one.app).create([{ text: 'a' }, { text: 'b' }])
      expect(there.map(({ context }) => context.dispatch)).to.deep.equal([
        ['safe a', 'safe b'],
        ['safe a', 'safe b']
      ])
      expect(String(one.payloads).split('safe a')).to.have.length(2)
    })

    it('sends nothing of it where its dispatch can not travel, and tells for each event', async () => {
      const hook = (context: HookContext) => Object.assign(context, { dispatch: [{ value: 1n }] })
      items(one.app).hooks({ after: { create: hook } })
      await items(one.app).create([{ text: 'a' }, { text: 'b' }])
      expect([here.length, there.length]).to.deep.equal([2, 0])
      expect(one.payloads).to.deep.equal([])
      expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['serialize', 'serialize'])
    })

    it('loses of an item what can not be serialised, and no other item', async () => {
      await items(one.app).create([{ text: 'a' }, { text: 'b', size: 1n }, { text: 'c' }])
      expect(there.map(({ data }) => data)).to.deep.equal([
        { id: 0, text: 'a' },
        { id: 1, text: 'b' },
        { id: 2, text: 'c' }
      ])
      expect(one.payloads).to.have.length(1)
      expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['serialize', 'serialize']) // context.data, an item
    })

    it('takes each item as it was at its own emit', async () => {
      const data = [{ text: 'a' }, { text: 'b' }]
      items(one.app).on('created', (item, { result }) => {
        item.text = 'changed later'
        for (const other of result) if (other.id > item.id) other.text = 'changed before'
      })
      const created = items(one.app).create(data)
      await created
      data[0] = { text: 'gone' }
      expect(there.map(({ data }) => (data as { text: string }).text)).to.deep.equal(['a', 'changed before'])
    })

    it('sends what there was up to a listener that throws', async () => {
      items(one.app).on('created', ({ id }) => {
        if (id === 1) throw new Error('not my day')
      })
      const failure = await items(one.app)
        .create([{}, {}, {}])
        .catch((error: Error) => error.message)
      expect(failure).to.equal('not my day')
      expect(ids(there)).to.deep.equal([0, 1])
      await items(one.app).archive({ id: 9 })
      items(one.app).emit('liked', { id: 10 })
      expect(ids(there)).to.deep.equal([0, 1, 10])
      expectSame()
    })

    it('keeps the order where a listener emits between the items', async () => {
      items(one.app).on('created', ({ id }) => items(one.app).emit('liked', { id: 10 + id }))
      await items(one.app).create([{}, {}, {}])
      expect(there.map(({ event, data }) => `${event} ${(data as { id: number }).id}`)).to.deep.equal([
        'created 0',
        'liked 10',
        'created 1',
        'liked 11',
        'created 2',
        'liked 12'
      ])
      for (const { event, data, context } of there) {
        if (event === 'created') expect(context.result).to.deep.equal([data])
      }
    })

    it('sends none of the items that the filter keeps, not in the list of results either', async () => {
      one.link.options = { ...one.link.options, filter: ({ data }) => (data as { id: number }).id % 2 === 0 }
      await items(one.app).create([{}, {}, { text: 'c' }, { text: 'private' }])
      expect(ids(there)).to.deep.equal([0, 2])
      expect(one.payloads).to.have.length(1)
      expect(there[0]?.context.result).to.deep.equal([{ id: 0 }, { id: 2, text: 'c' }])
    })

    it('ends where a listener sets context[SYNC] = false', async () => {
      items(one.app).on('created', ({ id }, context) => {
        if (id === 1) context[SYNC] = false
      })
      await items(one.app).create([{}, {}, {}, {}])
      expect(ids(there)).to.deep.equal([0, 1])
      expect(ids(here)).to.deep.equal([0, 1, 2, 3])
    })

    it('keeps concurrent calls apart, each in its order', async () => {
      await Promise.all([
        items(one.app).create([{ call: 'a' }, { call: 'a' }], { call: 'a' }),
        items(one.app).create([{ call: 'b' }, { call: 'b' }], { call: 'b' }),
        items(one.app).patch(null, { call: 'c' }, { call: 'c' })
      ])
      expectSame()
      expect(one.payloads).to.have.length(3)
      for (const { data, context } of there)
        expect(context.params.call).to.equal((data as { call: string }).call)
    })

    it('keeps a call apart that a listener of an item makes by hand', () => {
      const context = (list: object[]) => ({ result: list, params: { size: list.length } })
      const emitAll = (list: object[]) => {
        const shared = context(list)
        for (const item of list) items(one.app).emit('liked', item, shared)
      }
      items(one.app).once('liked', () => emitAll([{ id: 10 }, { id: 11 }]))
      emitAll([{ id: 0 }, { id: 1 }, { id: 2 }])
      one.bridge.flush()
      expect(ids(there)).to.deep.equal([0, 10, 11, 1, 2])
      expect(there.map(({ context }) => context.params.size)).to.deep.equal([3, 2, 2, 3, 3])
    })

    it('sends it at the end of the turn, and before that where it is flushed', async () => {
      const [list] = [[{ id: 0 }, { id: 1 }, { id: 2 }]]
      const context = { result: list }
      for (const item of list.slice(0, 2)) items(one.app).emit('liked', item, context)
      expect(one.payloads).to.have.length(0)
      one.bridge.flush()
      expect(ids(there)).to.deep.equal([0, 1])
      one.bridge.flush()
      items(one.app).emit('liked', list[2], context)
      await Promise.resolve()
      expect(ids(there)).to.deep.equal([0, 1, 2])
      expect(one.payloads).to.have.length(2)
    })

    it('takes the context anew for the next turn, and for another round', async () => {
      const list = [{ id: 0 }, { id: 1 }]
      const context = { result: list, params: { round: 1 } }
      items(one.app).emit('liked', list[0], context)
      await Promise.resolve()
      context.params = { round: 2 }
      items(one.app).emit('liked', list[1], context)
      await Promise.resolve()
      for (const round of [3, 4]) {
        context.params = { round }
        for (const item of list) items(one.app).emit('liked', item, context)
      }
      await Promise.resolve()
      expect(ids(there)).to.deep.equal([0, 1, 0, 1, 0, 1])
      expect(there.map(({ context }) => context.params.round)).to.deep.equal([1, 2, 3, 3, 4, 4])
    })

    it('costs in proportion to its items', async () => {
      const cost = async (length: number) => {
        const serializer = new Counting()
        link(serializer)
        await items(one.app).create(
          Array.from({ length }, () => ({ text: 'x'.repeat(20) })),
          { clientId: 'x' }
        )
        expect(there).to.have.length(length)
        return { calls: serializer.calls, bytes: serializer.bytes, payload: one.payloads[0]?.length ?? 0 }
      }
      const [few, many] = [await cost(1000), await cost(10_000)]
      expect(few.calls).to.equal(1001)
      expect(many.calls).to.equal(10_001)
      expect(many.bytes / few.bytes).to.be.within(9, 11)
      expect(many.payload).to.be.within(many.bytes, many.bytes + 5 * 10_001)
    })

    it('is sent in payloads of 16 MiB', async () => {
      const text = 'x'.repeat(1024 * 1024)
      items(one.app).hooks({ after: { create: (context: HookContext) => context.result.forEach(grow) } })
      const grow = (item: { text?: string }) => Object.assign(item, { text })
      await items(one.app).create(Array.from({ length: 18 }, () => ({})))
      expect(ids(there)).to.deep.equal(Array.from({ length: 18 }, (_, id) => id))
      expect(one.payloads.map(({ length }) => Math.round(length / text.length))).to.deep.equal([16, 2])
    })
  })

  describe('with other contexts', () => {
    it('carries a page of results whole', async () => {
      items(one.app).hooks({
        after: { search: (context: HookContext) => items(one.app).emit('liked', context.result, context) }
      })
      await items(one.app).search({ text: 'x' })
      expect(there[0]?.context.result).to.deep.equal({
        total: 3,
        limit: 10,
        skip: 0,
        data: [{ id: 1 }, { id: 2 }, { id: 3 }]
      })
      expect(there[0]?.context.method).to.equal('search')
      expectSame()
    })

    it('carries custom events of the items of a page, each with the page', async () => {
      items(one.app).hooks({
        after: {
          search(context: HookContext) {
            for (const item of context.result.data) items(one.app).emit('liked', item, context)
          }
        }
      })
      await items(one.app).search({})
      expectSame()
      expect(there.map(({ context }) => context.result.total)).to.deep.equal([3, 3, 3])
      expect(one.payloads).to.have.length(3)
    })

    it('carries custom events in a loop over a list of results as one payload', async () => {
      items(one.app).hooks({
        after: {
          remove(context: HookContext) {
            for (const item of context.result) items(one.app).emit('liked', item, context)
          }
        }
      })
      await items(one.app).remove(null)
      expectSame()
      expect(there.map(({ event }) => event)).to.deep.equal([
        ...Array(3).fill('liked'),
        ...Array(3).fill('removed')
      ])
      expect(one.payloads).to.have.length(2)
    })

    it('takes a context that serves two events for each of them', async () => {
      const context = { params: { step: 1 } }
      items(one.app).emit('liked', { id: 1 }, context)
      context.params.step = 2
      items(one.app).emit('archived', { id: 1 }, context)
      context.params.step = 3
      items(one.app).emit('archived', { id: 1 }, context)
      expect(there.map(({ event, context }) => [event, context.params.step])).to.deep.equal([
        ['liked', 1],
        ['archived', 2],
        ['archived', 3]
      ])
    })

    it('gives a plain context no more than it has', () => {
      items(one.app).emit('liked', { id: 1 }, { method: 'mine', same: ['data'], self: 'mine' })
      expect(there[0]?.context).to.have.keys('method', 'same', 'app', 'service')
      expect(there[0]?.context).to.include({ method: 'mine', app: two.app })
    })
  })

  describe('with the `context` option', () => {
    it("sends what it returns, and restores what is the message's own", async () => {
      link(undefined, { context: ({ result, id }) => ({ result, id, mark: 'chosen' }) })
      await items(one.app).create([{}, {}], { clientId: 'x' })
      expect(one.payloads).to.have.length(1)
      expect(there[0]?.context).to.deep.include({
        mark: 'chosen',
        params: {},
        path: 'items',
        method: 'create',
        event: 'created'
      })
      expect(there[0]?.context.result).to.deep.equal([{ id: 0 }, { id: 1 }])
    })

    it('sends no context for undefined', async () => {
      link(undefined, { context: () => undefined })
      await items(one.app).create({})
      expect(one.sent).to.deep.equal([{ event: 'created', path: 'items', data: { id: 0 } }])
    })

    it('keeps an event here where it throws, and tells', async () => {
      link(undefined, {
        context: () => {
          throw new Error('not my day')
        }
      })
      await items(one.app).create({})
      expect([here.length, there.length]).to.deep.equal([1, 0])
      expect(one.errors.map(({ message }) => message)).to.deep.equal([
        "feathers-sync: could not serialize 'items created', it stays on this instance: not my day"
      ])
    })
  })

  for (const [name, wire] of [
    ['the function options', 4],
    ['wire 3', 3]
  ] as const) {
    describe(`with ${name}`, () => {
      let seen: SyncMessage[]

      beforeEach(() => {
        seen = []
        const serialize = (message: SyncMessage) => {
          seen.push(structuredClone(message))
          return JSON.stringify(message)
        }
        link(new FunctionSerializer({ serialize }), { wire })
      })

      it('gives the functions a message for each item, without the others', async () => {
        const hook = (context: HookContext) =>
          Object.assign(context, { dispatch: context.result.map(({ id }: { id: number }) => `item ${id}`) })
        items(one.app).hooks({ after: { create: hook } })
        await items(one.app).create([{ text: 'first' }, { text: 'second' }])
        expect(seen).to.have.length(2)
        for (const [id, message] of seen.entries()) {
          expect(message).to.deep.include({
            event: 'created',
            path: 'items',
            data: { id, text: ['first', 'second'][id] }
          })
          expect(message.context).to.deep.include({
            method: 'create',
            path: 'items',
            event: 'created',
            result: [message.data],
            data: [{ text: ['first', 'second'][id] }],
            dispatch: [`item ${id}`]
          })
        }
        expect(JSON.stringify(seen[0])).not.to.include('second')
        expectSame()
      })

      it('costs in proportion to the items', async () => {
        await items(one.app).create(Array.from({ length: 1000 }, () => ({ text: 'x'.repeat(20) })))
        expect(there).to.have.length(1000)
        expect(JSON.stringify(seen).length).to.be.below(1000 * 500)
      })

      it('gives the functions the whole message', () => {
        items(one.app).emit('liked', { id: 1 })
        const { origin, ...message } = seen[0] as SyncMessage & { origin?: string }
        expect(message).to.deep.equal({ event: 'liked', path: 'items', data: { id: 1 } })
        expect(origin).to.equal(wire === 3 ? 'origin 0' : undefined)
        expectSame()
      })
    })
  }

  describe('with wire 3', () => {
    it('writes what feathers-sync 3 writes, and its origin', async () => {
      link(undefined, { wire: 3 })
      await items(one.app).create({ text: 'hi' }, { query: { a: 1 } })
      expect(one.payloads).to.have.length(1)
      const { origin, context, ...message } = JSON.parse(String(one.payloads[0]))
      expect(origin).to.equal('origin 0')
      expect(message).to.deep.equal({ event: 'created', path: 'items', data: { id: 0, text: 'hi' } })
      expect(context).to.deep.include({
        ...{ path: 'items', event: 'created', method: 'create', type: 'around' },
        data: { text: 'hi' },
        result: { id: 0, text: 'hi' },
        params: { query: { a: 1 } }
      })
      expect([here.length, there.length]).to.deep.equal([1, 1])
    })
  })

  describe('toMessage', () => {
    it('is not led astray by a filter that emits', () => {
      const payloads: SyncMessage[] = []
      const errors: SyncError[] = []
      link(undefined, {
        filter: ({ event }) => {
          if (event === 'archived') items(one.app).emit('liked', list[0], { result: list })
          return true
        }
      })
      const list = [{ id: 0 }]
      const result = [{ id: 5 }]
      items(one.app).emit('archived', { id: 9 }, { result })
      one.bridge.flush()
      expect(there.map(({ event, context }) => [event, context.result])).to.deep.equal([
        ['liked', list],
        ['archived', result]
      ])
      expect([payloads, errors]).to.deep.equal([[], []])
    })

    it('forgets the list at the end of the turn, also where nothing of it was sent', async () => {
      const sent: Buffer[] = []
      const outgoing = new Outgoing({
        serializer: new JsonSerializer(),
        wire: 4,
        context: undefined,
        origin: () => undefined,
        incomplete: () => {},
        send: (payload) => sent.push(payload)
      })
      const list = [{ id: 0 }, { id: 1 }]
      const context = { result: list, mark: 1 }
      const event = (data: object) => ({
        name: '',
        event: 'liked',
        path: 'items',
        data,
        context,
        emit: () => true
      })
      outgoing.toMessage(event(list[0] as object))
      context.mark = 2
      expect(outgoing.toMessage(event(list[1] as object)).context).to.include({ mark: 1 })
      await Promise.resolve()
      outgoing.toMessage(event(list[0] as object))
      await Promise.resolve()
      context.mark = 3
      expect(outgoing.toMessage(event(list[1] as object)).context).to.include({ mark: 3 })
      expect(sent).to.deep.equal([])
    })
  })
})
