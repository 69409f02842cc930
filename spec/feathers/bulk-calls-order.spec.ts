import { expect } from 'chai'
import { BulkCalls } from '../../lib/feathers/bulk-calls.js'
import { SYNC } from '../../lib/index.js'
import { Policy } from '../../lib/message/policy.js'
import type { Linked } from '../applications/linked.js'
import { type Call, expectSameEvents, ids, items, linkItems } from './items.js'

describe('BulkCalls', () => {
  let one: Linked
  let here: Call[]
  let there: Call[]

  const link = (...args: Parameters<typeof linkItems>) => {
    ;({ one, here, there } = linkItems(...args))
  }
  const expectSame = () => expectSameEvents(there, here)

  beforeEach(() => link())

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
    for (const { event, context } of there) {
      if (event === 'created') expect(context.result).to.deep.equal([{ id: 0 }, { id: 1 }, { id: 2 }])
    }
    expect(one.payloads).to.have.length(1)
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

  describe('outgoing', () => {
    it('is not confused by a filter that emits', () => {
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
      expect(one.errors).to.deep.equal([])
    })

    it('forgets the list at the end of the turn, also where nothing of it was sent', async () => {
      const calls = new BulkCalls(() => {})
      const policy = new Policy()
      const sent = (data: unknown) => calls.outgoing(event(data as object), { policy }).message.context
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
      sent(list[0])
      context.mark = 2
      expect(sent(list[1])).to.include({ mark: 1 })
      await Promise.resolve()
      sent(list[0])
      await Promise.resolve()
      context.mark = 3
      expect(sent(list[1])).to.include({ mark: 3 })
    })
  })
})
