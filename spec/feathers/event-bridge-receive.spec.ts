import type { HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import { isRemote, JsonSerializer } from '../../lib/index.js'
import type { SyncMessage } from '../../lib/message/message.js'
import { PayloadWriter } from '../../lib/message/payload.js'
import { type Linked, linkApps } from '../applications/linked.js'
import { linkMessages, messages, record, useMessages } from './messages.js'

describe('EventBridge', () => {
  let one: Linked
  let two: Linked

  beforeEach(() => {
    ;[one, two] = linkMessages()
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
      alone.bridge.receive(new PayloadWriter().one('{"event":"created","path":"messages"}'), 1)
      expect(calls).to.deep.equal([])
      const Bridge = alone.bridge.constructor as new (serializer: JsonSerializer) => typeof alone.bridge
      expect(() => new Bridge(new JsonSerializer()).receive(new PayloadWriter().one('{}'), 1)).not.to.throw()
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

    it('lets the serializer decide on types', () => {
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
        two.bridge.receive(new PayloadWriter().one(text), 1)
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
      two.bridge.receive(
        new PayloadWriter().one(`{"event":"created","path":"messages","data":1,"context":${context}}`),
        1
      )
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
})
