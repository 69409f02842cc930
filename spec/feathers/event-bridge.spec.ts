import type { EventEmitter } from 'node:events'
import type { HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import { SYNC } from '../../lib/index.js'
import type { SyncMessage } from '../../lib/message/message.js'
import type { Linked } from '../applications/linked.js'
import { linkMessages, messages, record } from './messages.js'

describe('EventBridge', () => {
  let one: Linked
  let two: Linked

  beforeEach(() => {
    ;[one, two] = linkMessages()
  })

  describe('attach', () => {
    it('delivers to the own listeners with the live data and context, before emit() returns', async () => {
      const calls = record(one.app)
      const data = { text: 'hi' }
      await messages(one.app).create(data)
      expect(calls.length).to.equal(1)
      expect(calls[0]?.[0]).to.equal(data)
      expect(calls[0]?.[1].data).to.equal(data)
      const emitted = record(one.app, 'liked')
      const context = {}
      expect(messages(one.app).emit('liked', data, context)).to.equal(true)
      expect(emitted[0]?.[0]).to.equal(data)
      expect(emitted[0]?.[1]).to.equal(context)
    })

    it('returns false from emit() where nobody listens, as an emitter does', () => {
      expect(messages(one.app).emit('liked', {})).to.equal(false)
    })

    it('lets a listener that throws do what it does without sync, and sends the event all the same', async () => {
      const calls = record(two.app)
      const error = new Error('not my day')
      messages(one.app).on('created', () => {
        throw error
      })
      const failure = await messages(one.app)
        .create({ text: 'hi' })
        .catch((reason) => reason)
      expect(failure).to.equal(error)
      expect(calls.map(([data]) => data)).to.deep.equal([{ text: 'hi' }])
      expect(() => messages(one.app).emit('created', {})).to.throw(error)
      expect(one.errors).to.deep.equal([])
    })

    it('sends what was there at the emit: what listeners change is not sent', async () => {
      const calls = record(two.app)
      messages(one.app).on('created', (data, context) => {
        data.text = 'changed'
        context.params.mark = 'changed'
      })
      await messages(one.app).create({ text: 'hi' }, { mark: 'original' })
      expect(calls[0]?.[0]).to.deep.equal({ text: 'hi' })
      expect(calls[0]?.[1].result).to.deep.equal({ text: 'hi' })
      expect(calls[0]?.[1].params).to.have.property('mark', 'original')
    })

    for (const eventName of ['created', 'sync-out']) {
      it(`sends the cause before what a ${eventName} listener emits`, () => {
        const source: EventEmitter = eventName === 'created' ? messages(one.app) : one.app
        source.once(eventName, () => messages(one.app).emit('liked', 'effect'))
        messages(one.app).emit('created', 'cause')
        expect(one.sent.map(({ data }) => data)).to.deep.equal(['cause', 'effect'])
      })
    }

    it('emits sync-out and sync-in with the message', () => {
      const seen: unknown[] = []
      one.app.on('sync-out', (message) => seen.push(message))
      two.app.on('sync-in', (message) => seen.push(message))
      messages(one.app).emit('liked', { by: 'Ada' })
      const message = { event: 'liked', path: 'messages', data: { by: 'Ada' } }
      expect(seen).to.have.deep.members([message, message])
    })

    it('contains a sync-out listener that throws', () => {
      const calls = record(two.app, 'liked')
      one.app.on('sync-out', () => {
        throw new Error('not my day')
      })
      messages(one.app).emit('liked', 1)
      expect(calls.length).to.equal(1)
      expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['listener'])
    })

    it('sends nothing with context[SYNC] = false set in a hook', async () => {
      const [here, there] = [record(one.app), record(two.app)]
      messages(one.app).hooks({
        after: {
          create(context: HookContext) {
            context[SYNC] = context.params.provider === 'stay' ? false : undefined
          }
        }
      })
      await messages(one.app).create({ text: 'stays' }, { provider: 'stay' })
      await messages(one.app).create({ text: 'goes' })
      expect(here.length).to.equal(2)
      expect(there.map(([data]) => data)).to.deep.equal([{ text: 'goes' }])
    })

    it('keeps events here while the link is closed, without serializing them', () => {
      const [here, there] = [record(one.app), record(two.app)]
      one.link.open = false
      const unreadable = {
        toJSON() {
          throw new Error('was read')
        }
      }
      messages(one.app).emit('created', unreadable)
      expect([here.length, there.length, one.errors.length]).to.deep.equal([1, 0, 0])
    })

    it("sends nothing in mode 'receive', and delivers nothing in mode 'send'", () => {
      const [here, there] = [record(one.app), record(two.app)]
      one.link.options = { mode: 'receive', wire: 4 }
      messages(one.app).emit('created', 'from one')
      expect(there.length).to.equal(0)
      messages(two.app).emit('created', 'from two')
      expect(here.map(([data]) => data)).to.deep.equal(['from one', 'from two'])
      one.link.options = { mode: 'send', wire: 4 }
      messages(two.app).emit('created', 'unheard')
      messages(one.app).emit('created', 'said')
      expect(here.map(([data]) => data)).to.deep.equal(['from one', 'from two', 'said'])
      expect(there.map(([data]) => data)).to.deep.equal(['from two', 'unheard', 'said'])
    })

    it('calls the filter with the message', () => {
      const tried: SyncMessage[] = []
      one.link.options = {
        mode: 'both',
        wire: 4,
        filter: (message) => {
          tried.push(message)
          return message.data !== 'private'
        }
      }
      const [here, there] = [record(one.app), record(two.app)]
      for (const data of ['public', 'private']) messages(one.app).emit('created', data)
      expect(tried[0]).to.deep.equal({ event: 'created', path: 'messages', data: 'public' })
      expect([here.length, there.length]).to.deep.equal([2, 1])
    })

    it('keeps an event here whose filter throws, and reports it', () => {
      one.link.options = {
        mode: 'both',
        wire: 4,
        filter: () => {
          throw new Error('not my day')
        }
      }
      const [here, there] = [record(one.app), record(two.app)]
      messages(one.app).emit('created', 1)
      expect([here.length, there.length]).to.deep.equal([1, 0])
      expect(one.errors[0]).to.include({ kind: 'filter' })
    })

    it('refuses an application that has a sync already', () => {
      expect(() =>
        two.bridge.attach(one.app, {
          options: one.link.options,
          origin: () => undefined,
          isOwn: () => false,
          isOpen: () => true,
          missed() {},
          unsent() {},
          ignored() {},
          send() {},
          error() {}
        })
      ).to.throw('Only one type of feathers-sync')
    })
  })
})
