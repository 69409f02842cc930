import type { HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { Linked } from '../applications/linked.js'
import { type Call, expectSameEvents, items, linkItems } from './items.js'

describe('EventBridge', () => {
  let one: Linked
  let two: Linked
  let here: Call[]
  let there: Call[]

  const link = (...args: Parameters<typeof linkItems>) => {
    ;({ one, two, here, there } = linkItems(...args))
  }
  const expectSame = () => expectSameEvents(there, here)

  beforeEach(() => link())

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

    it('keeps an event here where it throws, and reports it', async () => {
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
})
