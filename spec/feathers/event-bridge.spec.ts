import type { EventEmitter } from 'node:events'
import type { Application, HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import { isRemote, JsonSerializer, local, SYNC } from '../../lib/index.js'
import type { SyncMessage } from '../../lib/message/message.js'
import { payloadOf } from '../../lib/message/payload.js'
import { type Linked, linkApps } from '../applications/linked.js'

type Messages = EventEmitter & {
  create(data: unknown, params?: object): Promise<unknown>
  hooks(hooks: object): void
}

const messages = (app: Application) => app.service('messages') as unknown as Messages
const useMessages = (app: Application) =>
  app.use('messages', { create: async (data: object) => data } as never, { events: ['liked'] })

/** The arguments each listener of `event` gets from now on. */
function record(app: Application, event = 'created'): [unknown, HookContext][] {
  const calls: [unknown, HookContext][] = []
  messages(app).on(event, (...args) => calls.push(args as [unknown, HookContext]))
  return calls
}

describe('EventBridge', () => {
  let one: Linked
  let two: Linked

  beforeEach(() => {
    ;[one, two] = linkApps(2, useMessages) as [Linked, Linked]
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

    it('sends what was there at the emit: what listeners change stays here', async () => {
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

    it('keeps events here while the link is closed, without serialising them', () => {
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

    it('asks the filter with the message', () => {
      const asked: SyncMessage[] = []
      one.link.options = {
        mode: 'both',
        wire: 4,
        filter: (message) => {
          asked.push(message)
          return message.data !== 'private'
        }
      }
      const [here, there] = [record(one.app), record(two.app)]
      for (const data of ['public', 'private']) messages(one.app).emit('created', data)
      expect(asked[0]).to.deep.equal({ event: 'created', path: 'messages', data: 'public' })
      expect([here.length, there.length]).to.deep.equal([2, 1])
    })

    it('keeps an event here whose filter throws, and tells', () => {
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
          isOpen: () => true,
          send() {},
          error() {}
        })
      ).to.throw('Only one type of feathers-sync')
    })

    describe('where a document can not be serialised', () => {
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
        it(`sends the rest of it, and tells: ${name}`, async () => {
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
        it(`serves the call and the listeners here where nothing is left of it, and tells: ${name}`, async () => {
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

      it('loses a value of the context alone, and tells', async () => {
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
        it(`keeps an event here whose dispatch can not travel: ${name}`, async () => {
          const [here, there] = [record(one.app), record(two.app)]
          dispatchAs(dispatch)
          await messages(one.app).create({ password: 'secret' })
          expect(here.length).to.equal(1)
          expect(there.length).to.equal(0)
          expect(one.sent).to.deep.equal([])
          expect(one.errors[0]).to.include({ kind: 'serialize' })
        })
      }

      it('keeps an event here when a part of its dispatch can not travel', async () => {
        const there = record(two.app)
        for (const part of [1n, circular, () => {}]) {
          dispatchAs({ safe: true, part })
          await messages(one.app).create({ password: 'secret' })
        }
        expect(there).to.deep.equal([])
        expect(one.sent).to.deep.equal([])
        expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['serialize', 'serialize', 'serialize'])
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

  describe('receive', () => {
    it('gives a remote listener a context of its own instance', async () => {
      const calls = record(two.app)
      await messages(one.app).create({ text: 'hi' }, { user: { id: 1 } })
      const [data, context] = calls[0] as [unknown, HookContext]
      expect(data).to.deep.equal({ text: 'hi' })
      expect(context.app).to.equal(two.app)
      expect(context.service).to.equal(two.app.service('messages'))
      expect(context.params).to.deep.equal({ user: { id: 1 } })
    })

    it('gives an event without a context none', () => {
      const calls: unknown[][] = []
      messages(two.app).on('created', (...args) => calls.push(args))
      messages(one.app).emit('created', 'alone')
      messages(one.app).emit('created', 'with null', null)
      expect(calls).to.deep.equal([['alone'], ['with null']])
    })

    it('does not send on what came in', () => {
      const calls = record(two.app)
      messages(one.app).emit('created', 1)
      expect(calls.length).to.equal(1)
      expect(two.sent).to.deep.equal([])
    })

    it("delivers nothing once its sync-in listener is gone, and this instance's own events still", () => {
      const [here, there] = [record(one.app), record(two.app)]
      two.app.removeAllListeners('sync-in')
      messages(one.app).emit('created', 'from one')
      messages(two.app).emit('created', 'from two')
      expect(there.map(([data]) => data)).to.deep.equal(['from two'])
      expect(here.map(([data]) => data)).to.deep.equal(['from one', 'from two'])
    })

    it('delivers nothing before it is attached, nor while the link is closed', () => {
      const [alone] = linkApps(1, useMessages) as [Linked]
      const calls = record(alone.app)
      alone.link.open = false
      alone.bridge.receive(payloadOf('{"event":"created","path":"messages"}'), 1)
      expect(calls).to.deep.equal([])
      const Bridge = alone.bridge.constructor as new (serializer: JsonSerializer) => typeof alone.bridge
      expect(() => new Bridge(new JsonSerializer()).receive(payloadOf('{}'), 1)).not.to.throw()
    })

    it('contains a listener that throws, and a sync-in listener that throws', () => {
      messages(two.app).once('created', () => {
        throw new Error('not my day')
      })
      two.app.once('sync-in', () => {
        throw new Error('nor mine')
      })
      const calls = record(two.app)
      messages(one.app).emit('created', 1)
      messages(one.app).emit('created', 2)
      expect(calls.map(([data]) => data)).to.deep.equal([2])
      expect(two.errors.map(({ kind }) => kind)).to.deep.equal(['listener', 'listener'])
      expect(two.errors[0]?.message).to.match(/'messages created'.*not my day/)
    })

    it('lets the serialiser decide on types', () => {
      class Dates extends JsonSerializer {
        override deserialize(bytes: Buffer): SyncMessage {
          const message = super.deserialize(bytes)
          return { ...message, data: new Date(message.data as string) }
        }
      }
      const [first, second] = linkApps(2, useMessages, new Dates()) as [Linked, Linked]
      const calls = record(second.app)
      messages(first.app).emit('created', new Date(7))
      expect(calls[0]?.[0]).to.deep.equal(new Date(7))
    })

    const hostile = [
      'not JSON',
      '',
      'null',
      '7',
      '"text"',
      '[]',
      '{}',
      '{"event":"created"}',
      '{"path":"messages"}',
      '{"event":"created","path":"__proto__","data":{}}',
      '{"event":"created","path":"constructor","data":{}}',
      '{"event":"created","path":"toString","data":{}}',
      '{"event":"created","path":"","data":{}}',
      '{"event":"created","path":"nowhere","data":{}}',
      '{"event":"created","path":["messages"],"data":{}}',
      '{"event":"newListener","path":"messages","data":{}}',
      '{"event":"removeListener","path":"messages","data":{}}',
      '{"event":"error","path":"messages","data":{}}',
      '{"event":"__proto__","path":"messages","data":{}}',
      '{"event":"undeclared","path":"messages","data":{}}',
      '{"event":["created"],"path":"messages","data":{}}',
      '{"event":{"toString":1},"path":{"toString":1}}',
      `{"event":"created","path":"${'long'.repeat(1000)}"}`
    ]
    for (const text of hostile) {
      it(`reports ${text.slice(0, 60) || 'nothing at all'}, and takes the next`, () => {
        const calls = record(two.app)
        const seen: unknown[] = []
        for (const event of ['error', 'undeclared']) messages(two.app).on(event, () => seen.push(event))
        two.bridge.receive(payloadOf(text), 1)
        expect(two.errors.length).to.equal(1)
        expect(two.errors[0]?.kind).to.be.oneOf(['deserialize', 'unknown'])
        expect(two.errors[0]?.message.length).to.be.lessThan(400)
        messages(one.app).emit('created', 'next')
        expect(calls.map(([data]) => data)).to.deep.equal(['next'])
        expect(seen).to.deep.equal([])
        expect(Object.keys(two.app.services)).to.deep.equal(['messages'])
      })
    }

    for (const bytes of ['', '7b7d', '01', '0100', '0100000002', '0100000000', 'ff']) {
      it(`reports the payload ${bytes || 'of no bytes'}, and takes the next`, () => {
        const calls = record(two.app)
        two.bridge.receive(Buffer.from(bytes, 'hex'), 1)
        expect(two.errors.map(({ kind }) => kind)).to.deep.equal(['frame'])
        messages(one.app).emit('created', 'next')
        expect(calls.map(([data]) => data)).to.deep.equal(['next'])
      })
    }

    it('is not harmed by a context whose parts have the wrong types', () => {
      const calls = record(two.app)
      const context =
        '{"method":"create","path":"messages","http":"text","statusCode":1,"params":7,"data":null}'
      two.bridge.receive(payloadOf(`{"event":"created","path":"messages","data":1,"context":${context}}`), 1)
      messages(one.app).emit('created', 'next')
      expect(calls.at(-1)?.[0]).to.equal('next')
    })
  })

  describe('receivePlain', () => {
    const receive = (message: object) => two.bridge.receivePlain(Buffer.from(JSON.stringify(message)))

    it('delivers a message of feathers-sync 3, with a context of its own instance', () => {
      const calls = record(two.app)
      const context = { path: 'messages', method: 'create', params: { clientId: 'x' }, arguments: [1, {}] }
      receive({ event: 'created', path: 'messages', data: 1, context })
      expect(calls[0]?.[0]).to.equal(1)
      expect(calls[0]?.[1]).to.include({ method: 'create', app: two.app })
      expect(calls[0]?.[1].params).to.deep.equal({ clientId: 'x' })
      expect(isRemote(calls[0]?.[1])).to.equal(true)
    })

    it('drops its own, and takes those of other origins', () => {
      const calls = record(two.app)
      for (const origin of ['origin 1', 'origin 0', 7, undefined]) {
        receive({ event: 'created', path: 'messages', data: origin, origin })
      }
      expect(calls.map(([data]) => data)).to.deep.equal(['origin 0', 7, undefined])
    })

    it('gives sync-in no origin', () => {
      const seen: unknown[] = []
      two.app.on('sync-in', (message) => seen.push(message))
      receive({ event: 'created', path: 'messages', data: 1, origin: 'other' })
      expect(seen).to.deep.equal([{ event: 'created', path: 'messages', data: 1 }])
    })

    for (const text of ['', 'garbage', 'null', '7', '[]', '{}']) {
      it(`reports ${text || 'nothing at all'}, and takes the next`, () => {
        const calls = record(two.app)
        two.bridge.receivePlain(Buffer.from(text))
        expect(two.errors.map(({ kind }) => kind)).to.have.length(1)
        expect(two.errors[0]?.kind).to.be.oneOf(['deserialize', 'unknown'])
        receive({ event: 'created', path: 'messages', data: 'next' })
        expect(calls.map(([data]) => data)).to.deep.equal(['next'])
      })
    }

    it("delivers nothing in mode 'send', nor while the link is closed", () => {
      const calls = record(two.app)
      two.link.options = { mode: 'send', wire: 4 }
      receive({ event: 'created', path: 'messages', data: 1 })
      two.link = { open: false, options: { mode: 'both', wire: 4 } }
      receive({ event: 'created', path: 'messages', data: 2 })
      expect(calls).to.deep.equal([])
    })
  })

  describe('isRemote and local', () => {
    it('tell a remote event from a local one, at once and later', async () => {
      const seen: unknown[] = []
      const late: Promise<unknown>[] = []
      for (const { app } of [one, two]) {
        messages(app).on('created', (_data, context) => {
          seen.push([isRemote(), isRemote(context)])
          late.push(Promise.resolve().then(() => [isRemote(), isRemote(context)]))
        })
      }
      await messages(one.app).create({})
      expect(seen).to.have.deep.members([
        [false, false],
        [true, true]
      ])
      expect(await Promise.all(late)).to.have.deep.members([
        [undefined, false],
        [undefined, true]
      ])
    })

    for (const [event, context] of [
      ['liked', undefined],
      ['undeclared', undefined],
      ['liked', { [SYNC]: false }]
    ] as const) {
      it(`know a local '${event}'${context ? ' that stays here' : ''} inside a remote listener`, () => {
        const seen: unknown[] = []
        const runs: unknown[] = []
        messages(two.app).on(event, () => seen.push(isRemote()))
        messages(two.app).on(
          event,
          local((data: unknown) => runs.push(data))
        )
        messages(two.app).on('created', () => {
          messages(two.app).emit(event, 'inside', context)
          seen.push(isRemote())
        })
        messages(one.app).emit('created', 'outside')
        expect(seen).to.deep.equal([false, true])
        expect(runs).to.deep.equal(['inside'])
      })
    }

    it('run a local listener only where the event was made, until it is taken off', () => {
      const runs: unknown[] = []
      const listener = (data: unknown) => runs.push(data)
      for (const { app } of [one, two]) messages(app).on('created', local(listener))
      messages(one.app).emit('created', 'once')
      expect(runs).to.deep.equal(['once'])
      messages(one.app).off('created', listener)
      messages(one.app).emit('created', 'gone')
      expect(runs).to.deep.equal(['once'])
    })
  })
})
