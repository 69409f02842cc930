import { expect } from 'chai'
import { FunctionSerializer, JsonSerializer } from '../../lib/message/serializer.js'
import type { Linked } from '../applications/linked.js'
import { type Call, expectSameEvents, ids, items, linkItems } from './items.js'

const MB = 1024 * 1024
const KB_TEXT = 'x'.repeat(1000)

describe('BulkCalls, with events between the items', () => {
  let one: Linked
  let two: Linked
  let here: Call[]
  let there: Call[]

  const link = (...args: Parameters<typeof linkItems>) => {
    ;({ one, two, here, there } = linkItems(...args))
  }
  const inputs = (count: number, more: object = {}) => Array.from({ length: count }, () => ({ ...more }))
  const bytes = () => one.payloads.reduce((sum, { length }) => sum + length, 0)
  const names = (calls: Call[]) => calls.map(({ event, data }) => `${event} ${(data as { id: number }).id}`)
  /** The remote contexts of an event. */
  const contextsOf = (event: string) =>
    new Set(there.filter((call) => call.event === event).map(({ context }) => context))

  beforeEach(() => link())

  it('sends the input of the call once, in linear size and in the order of the emits', async () => {
    items(one.app).on('created', ({ id }) => items(one.app).emit('liked', { id }))
    await items(one.app).create(inputs(800, { text: KB_TEXT }))
    expect(bytes()).to.be.below(4 * MB)
    expect(one.payloads).to.have.length(1)
    expect(one.payloads[0]?.[0]).to.equal(2)
    expect(names(there)).to.deep.equal(
      Array.from({ length: 800 }, (_, id) => [`created ${id}`, `liked ${id}`]).flat()
    )
    expect(contextsOf('created').size).to.equal(1)
    expect(there[0]?.context.result).to.deep.equal(here[0]?.context.result)
    expect(there[0]?.context.data).to.have.length(800)
  })

  it('does so for events with the context of the call', async () => {
    items(one.app).on('created', (data, context) => items(one.app).emit('liked', data, context))
    await items(one.app).create(inputs(800, { text: KB_TEXT }))
    expect(bytes()).to.be.below(4 * MB)
    expect(ids(there)).to.deep.equal(Array.from({ length: 800 }, (_, id) => [id, id]).flat())
    for (const event of ['created', 'liked']) {
      expect(contextsOf(event).size).to.equal(1)
      expect([...contextsOf(event)][0]?.result).to.have.length(800)
    }
  })

  for (const [name, serializer, wire] of [
    ['functions', new FunctionSerializer({}), 4],
    ['wire 3', new JsonSerializer(), 3]
  ] as const) {
    it(`reads the call's context once with ${name}`, async () => {
      let reads = 0
      link(serializer, {
        wire,
        context: (context) => {
          reads += 1
          return context
        }
      })
      items(one.app).on('created', ({ id }) => items(one.app).emit('liked', { id }))
      await items(one.app).create(inputs(100))
      expect(reads).to.equal(1)
      expect(there).to.have.length(200)
      for (const { context, data, event } of there)
        if (event === 'created') expect(context.result).to.deep.equal([data])
    })
  }

  it('writes the format of one list if nothing is in between', async () => {
    items(one.app).on('created', ({ id }) => {
      if (id === 2) items(one.app).emit('liked', { id: 10 })
    })
    await items(one.app).create(inputs(3))
    expect(names(there)).to.deep.equal(['created 0', 'created 1', 'created 2', 'liked 10'])
    expect(one.payloads.map((payload) => payload[0])).to.deep.equal([1, 0])
  })

  it('keeps two lists apart, one of which a listener of the other emits', async () => {
    items(one.app).on('created', ({ id }) => {
      const context = { params: { inner: id }, result: [{ id: 10 + id }, { id: 20 + id }] }
      for (const item of context.result) items(one.app).emit('liked', item, context)
    })
    await items(one.app).create(inputs(3), { outer: true })
    expect(ids(there)).to.deep.equal([0, 10, 20, 1, 11, 21, 2, 12, 22])
    expect(one.payloads).to.have.length(1)
    for (const { event, data, context } of there) {
      const inner = (data as { id: number }).id % 10
      expect(context.params).to.deep.equal(event === 'created' ? { outer: true } : { inner })
      expect(context.result).to.have.length(event === 'created' ? 3 : 2)
    }
    expect([contextsOf('created').size, contextsOf('liked').size]).to.deep.equal([1, 3])
  })

  it('keeps bulk calls in bulk calls apart, at any depth', () => {
    const emit = (depth: number, mark: string) => {
      const context = { result: [0, 1].map((id) => ({ id: `${mark}${id}` })), params: { mark } }
      for (const item of context.result) {
        items(one.app).emit('liked', item, context)
        if (depth > 0) emit(depth - 1, `${item.id}.`)
      }
    }
    emit(4, '')
    one.bridge.flush()
    expectSameEvents(
      there,
      here.slice().sort(() => 0)
    )
    expect(there).to.have.length(62)
    expect(one.payloads).to.have.length(1)
    for (const { data, context } of there) {
      const { id } = data as { id: string }
      expect(context.params.mark).to.equal(id.slice(0, -1))
      expect(context.result).to.deep.equal([0, 1].map((end) => ({ id: `${id.slice(0, -1)}${end}` })))
    }
  })

  it('sends what a filter emits before the item it is called for', async () => {
    link(undefined, {
      filter: ({ event, data }) => {
        if (event === 'created') items(one.app).emit('liked', { id: 10 + (data as { id: number }).id })
        return (data as { id: number }).id !== 1
      }
    })
    await items(one.app).create(inputs(4))
    expect(names(there)).to.deep.equal([
      'liked 10',
      'created 0',
      'liked 11',
      'liked 12',
      'created 2',
      'liked 13',
      'created 3'
    ])
    expect(there[1]?.context.result).to.deep.equal([{ id: 0 }, { id: 2 }, { id: 3 }])
    expect(one.payloads).to.have.length(2)
  })

  it('sends an item without what cannot be serialized, and none of which nothing is left', async () => {
    items(one.app).on('created', ({ id }) => items(one.app).emit('liked', id === 1 ? 1n : { id, size: 1n }))
    await items(one.app).create([{}, { size: 1n }, {}])
    expect(there.map(({ event, data }) => [event, data])).to.deep.equal([
      ['created', { id: 0 }],
      ['liked', { id: 0 }],
      ['created', { id: 1 }],
      ['created', { id: 2 }],
      ['liked', { id: 2 }]
    ])
    expect(one.payloads).to.have.length(1)
    expect(new Set(one.errors.map(({ kind }) => kind))).to.deep.equal(new Set(['serialize']))
  })

  it('tries once to serialize what the items share, and reports each', async () => {
    let calls = 0
    class Counting extends JsonSerializer {
      override serialize(message: Parameters<JsonSerializer['serialize']>[0]): string {
        calls += 1
        return super.serialize(message)
      }
    }
    link(new Counting())
    const dispatch = [{ size: 1n }]
    items(one.app).hooks({ after: { create: (context: object) => Object.assign(context, { dispatch }) } })
    await items(one.app).create(inputs(200))
    expect(there).to.deep.equal([])
    expect(one.errors).to.have.length(200)
    expect(calls).to.be.below(450)
  })

  it('delivers what can be read of a payload', async () => {
    class Picky extends JsonSerializer {
      override deserialize(bytes: Buffer) {
        if (/"id":(1|10)}/.test(String(bytes))) throw new Error('not my day')
        return super.deserialize(bytes)
      }
    }
    const reader = linkItems(new Picky())
    items(one.app).on('created', ({ id }) => items(one.app).emit('liked', { id: 10 + id }))
    await items(one.app).create(inputs(3))
    for (const payload of one.payloads) reader.two.bridge.receive(payload, 6)
    expect(ids(reader.there)).to.deep.equal([0, 11, 2, 12])
    expect(reader.two.errors.map(({ kind }) => kind)).to.deep.equal(['deserialize', 'deserialize'])
  })

  it('is sent in payloads of 16 MiB, each with the context', async () => {
    const text = 'x'.repeat(MB)
    items(one.app).on('created', ({ id }) => items(one.app).emit('liked', { id, text }))
    await items(one.app).create(inputs(20), { clientId: 'context' })
    expect(ids(there)).to.deep.equal(Array.from({ length: 20 }, (_, id) => [id, id]).flat())
    expect(one.payloads.map(({ length }) => Math.round(length / MB))).to.deep.equal([16, 4])
    for (const { event, context } of there)
      if (event === 'created') expect(context.params).to.deep.equal({ clientId: 'context' })
    expect(two.errors).to.deep.equal([])
  })

  it('repeats large contexts once for each payload', () => {
    const large = (mark: string) => ({ result: inputs(40, { mark }), params: { text: 'x'.repeat(9 * MB) } })
    const [outer, inner] = [large('outer'), large('inner')]
    for (const [index, item] of outer.result.entries()) {
      items(one.app).emit('liked', item, outer)
      items(one.app).emit('archived', inner.result[index], inner)
    }
    one.bridge.flush()
    expect(there).to.have.length(80)
    expect(one.payloads).to.have.length(1)
    expect(bytes()).to.be.below(19 * MB)
  })
})
