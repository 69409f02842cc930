import type { HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { SyncMessage } from '../../lib/message/message.js'
import { FunctionSerializer } from '../../lib/message/serializer.js'
import type { Linked } from '../applications/linked.js'
import { type Call, expectSameEvents, ids, items, linkItems } from './items.js'

describe('EventBridge', () => {
  let one: Linked
  let here: Call[]
  let there: Call[]

  const link = (...args: Parameters<typeof linkItems>) => {
    ;({ one, here, there } = linkItems(...args))
  }
  const expectSame = () => expectSameEvents(there, here)

  beforeEach(() => link())

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

      for (const [name, result] of [
        ['ArrayBuffer', () => new ArrayBuffer(8)],
        ['Number', () => 7],
        ['Promise', () => Promise.reject(new Error('late'))],
        ['Object', () => ({ text: 'hi' })]
      ] as const) {
        it(`loses the one event for which they return ${name}, and reports it`, () => {
          let calls = 0
          const serialize = (message: SyncMessage) => {
            calls += 1
            return calls === 2 ? (result() as never) : JSON.stringify(message)
          }
          link(new FunctionSerializer({ serialize }), { wire })
          for (const id of [1, 2, 3]) items(one.app).emit('liked', { id })
          expect([ids(here), ids(there)]).to.deep.equal([
            [1, 2, 3],
            [1, 3]
          ])
          expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['serialize'])
          expect(one.errors[0]?.message).to.include(`'items liked'`).and.to.include(name)
        })
      }

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
})
