import type { HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { SyncMessage } from '../../lib/message/message.js'
import { JsonSerializer } from '../../lib/message/serializer.js'
import type { Linked } from '../applications/linked.js'
import { type Call, expectSameEvents, ids, items, linkItems } from './items.js'

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

describe('BulkCalls', () => {
  let one: Linked
  let here: Call[]
  let there: Call[]

  const link = (...args: Parameters<typeof linkItems>) => {
    ;({ one, here, there } = linkItems(...args))
  }
  const expectSame = () => expectSameEvents(there, here)

  beforeEach(() => link())

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

  it('sends nothing of it where its dispatch cannot be sent, and reports each event', async () => {
    const hook = (context: HookContext) => Object.assign(context, { dispatch: [{ value: 1n }] })
    items(one.app).hooks({ after: { create: hook } })
    await items(one.app).create([{ text: 'a' }, { text: 'b' }])
    expect([here.length, there.length]).to.deep.equal([2, 0])
    expect(one.payloads).to.deep.equal([])
    expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['serialize', 'serialize'])
  })

  it('loses of an item what cannot be serialized, and no other item', async () => {
    await items(one.app).create([{ text: 'a' }, { text: 'b', size: 1n }, { text: 'c' }])
    expect(there.map(({ data }) => data)).to.deep.equal([
      { id: 0, text: 'a' },
      { id: 1, text: 'b' },
      { id: 2, text: 'c' }
    ])
    expect(one.payloads).to.have.length(1)
    expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['serialize']) // the item: context.data is made of the items
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

  it('sends none of the items that the filter keeps, not in the list of results either', async () => {
    one.link.options = { ...one.link.options, filter: ({ data }) => (data as { id: number }).id % 2 === 0 }
    await items(one.app).create([{}, {}, { text: 'c' }, { text: 'private' }])
    expect(ids(there)).to.deep.equal([0, 2])
    expect(one.payloads).to.have.length(1)
    expect(there[0]?.context.result).to.deep.equal([{ id: 0 }, { id: 2, text: 'c' }])
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
