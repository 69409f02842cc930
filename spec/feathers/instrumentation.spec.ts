import { expect } from 'chai'
import type { Instrumentation, SyncMessage } from '../../lib/index.js'
import type { Linked } from '../applications/linked.js'
import { eventually } from '../support/eventually.js'
import { linkMessages, messages, record } from './messages.js'

const TRACE = { traceparent: 'one' }
const noted = (list: unknown[], value: unknown) => {
  list.push(value)
  return TRACE
}
const run = (_message: SyncMessage, run: () => unknown) => void run()

describe('EventBridge', () => {
  let one: Linked
  let two: Linked

  beforeEach(() => {
    ;[one, two] = linkMessages()
  })

  const use = (sends: Partial<Instrumentation>, receives: Partial<Instrumentation> = {}) => {
    one.bridge.instrument({ send: () => TRACE, deliver: run, ...sends })
    two.bridge.instrument({ send: () => undefined, deliver: run, ...receives })
  }
  const texts = ({ errors }: Linked) => errors.map(({ kind, message }) => `${kind}: ${message}`)

  describe('instrument', () => {
    it('sends what `send` returns, which gets the message and the live context', async () => {
      const calls: unknown[][] = []
      use({ send: (...args) => noted(calls, args) })
      const contexts = record(one.app).map(([, context]) => context)
      messages(one.app).on('created', (_data, context) => contexts.push(context))
      await messages(one.app).create({ text: 'hi' })
      expect(calls.length).to.equal(1)
      expect(calls[0]?.[0]).to.include({ path: 'messages', event: 'created' })
      expect(calls[0]?.[1]).to.equal(contexts[0])
      expect(one.sent.map(({ trace }) => trace)).to.deep.equal([TRACE])
    })

    it('calls `send` once for a bulk call, whose events all have its trace', async () => {
      let calls = 0
      use({ send: () => ({ traceparent: `call ${++calls}` }) })
      const seen: unknown[] = []
      two.app.on('sync-in', ({ trace }) => seen.push(trace?.traceparent))
      await messages(one.app).create([{ n: 1 }, { n: 2 }, { n: 3 }])
      await messages(one.app).create([{ n: 4 }, { n: 5 }])
      expect(calls).to.equal(2)
      await eventually(() => seen.length === 5)
      expect(seen).to.deep.equal(['call 1', 'call 1', 'call 1', 'call 2', 'call 2'])
    })

    it('does not call `send` for what the filter excludes', () => {
      const sent: unknown[] = []
      use({ send: ({ data }) => noted(sent, data) })
      one.link.options = { ...one.link.options, filter: ({ data }) => data !== 'excluded' }
      messages(one.app).emit('created', 'excluded')
      messages(one.app).emit('created', 'sent')
      expect(sent).to.deep.equal(['sent'])
    })

    it('calls `deliver` around the listeners of events with a trace, and of no others', () => {
      const order: unknown[] = []
      use({}, { deliver: (message, run) => void [order.push(message.trace), run(), order.push('after')] })
      messages(two.app).on('created', (data) => order.push(data))
      messages(one.app).emit('created', 'traced')
      one.bridge.instrument(undefined)
      messages(one.app).emit('created', 'untraced')
      messages(one.app).emit('liked', 'nobody listens')
      expect(order).to.deep.equal([TRACE, 'traced', 'after', 'untraced'])
    })

    it('refuses what is no instrumentation', () => {
      for (const wrong of [
        5,
        'all',
        {},
        { send: () => TRACE },
        { send: () => TRACE, deliver: true },
        () => TRACE
      ])
        expect(() => one.bridge.instrument(wrong as never)).to.throw(
          TypeError,
          'feathers-sync: instrument() takes an object with the methods `send` and `deliver`, or undefined'
        )
    })

    it('takes another in place of the first one, and none', () => {
      const calls: unknown[] = []
      use({ send: () => expect.fail('it was replaced') })
      use({ send: ({ data }) => noted(calls, data) })
      messages(one.app).emit('created', 1)
      one.bridge.instrument(undefined)
      messages(one.app).emit('created', 2)
      expect(calls).to.deep.equal([1])
    })

    it('is no part of a trace that is not one', () => {
      for (const trace of ['text', { a: 1 }, []] as never[]) {
        use({ send: () => trace })
        messages(one.app).emit('created', 1)
      }
      expect(one.sent.map((message) => 'trace' in message)).to.deep.equal([false, false, false])
    })
  })

  describe('an instrumentation that fails', () => {
    const boom = (_result?: unknown): never => {
      throw new Error('not my day')
    }

    it('in `send` costs the trace alone', () => {
      const calls = record(two.app)
      use({ send: boom })
      messages(one.app).emit('created', 1)
      use({ send: (async () => boom()) as never })
      messages(one.app).emit('created', 2)
      expect(calls.map(([data]) => data)).to.deep.equal([1, 2])
      expect(texts(one)).to.have.length(2)
      expect(texts(one)[0]).to.match(/^listener: .*instrumentation failed.*not my day/)
      expect(texts(one)[1]).to.match(/^listener: .*`send` returned a promise/)
    })

    const deliveries: Record<string, [deliver: Instrumentation['deliver'], text: RegExp | undefined]> = {
      'throws before': [boom, /not my day/],
      'throws after': [(_message, run) => boom(run()), /not my day/],
      'rejects before': [async () => boom(), /did not call what it was given/],
      'rejects after': [async (_message, run) => boom(run()), /not my day/],
      'never runs it': [() => {}, /did not call what it was given/],
      'runs it twice': [(_message, run) => void [run(), run()], undefined],
      'runs it later, too': [(_message, run) => void [run(), setImmediate(run)], undefined]
    }
    for (const [name, [deliver, text]] of Object.entries(deliveries)) {
      it(`in \`deliver\`, which ${name}: the event is delivered once`, async () => {
        const calls = record(two.app)
        use({}, { deliver })
        messages(one.app).emit('created', 1)
        await new Promise((resolve) => setImmediate(resolve))
        expect(calls.map(([data]) => data)).to.deep.equal([1])
        if (!text) return expect(texts(two)).to.deep.equal([])
        expect(texts(two)[0]).to.match(/^listener: .*instrumentation failed/)
        expect(texts(two)[0]).to.match(text)
        return expect(texts(two)).to.have.length(name === 'rejects before' ? 2 : 1)
      })
    }
  })

  describe('what `deliver` is given to run', () => {
    const outcomes = () => {
      const seen: unknown[] = []
      const deliver: Instrumentation['deliver'] = async (_message, run) => {
        try {
          const pending = run()
          seen.push(pending ? 'pending' : 'done')
          await pending
        } catch (error) {
          seen.push((error as Error).message)
          throw error
        }
      }
      use({}, { deliver })
      return seen
    }

    it('throws what a listener throws, which is reported once', async () => {
      const seen = outcomes()
      messages(two.app).on('created', () => {
        throw new Error('not my day')
      })
      messages(one.app).emit('created', 1)
      await new Promise((resolve) => setImmediate(resolve))
      expect(seen).to.deep.equal(['not my day'])
      expect(texts(two)).to.have.length(1)
      expect(texts(two)[0]).to.match(/a listener of 'messages created' threw.*not my day/)
    })

    it('returns a promise for async listeners, which settles when all have and rejects as the first one', async () => {
      const seen = outcomes()
      let end = () => {}
      messages(two.app).on('created', async () => {
        throw new Error('not my day')
      })
      messages(two.app).on('created', () => new Promise<void>((resolve) => (end = resolve)))
      messages(one.app).emit('created', 1)
      await new Promise((resolve) => setImmediate(resolve))
      expect(seen).to.deep.equal(['pending'])
      end()
      await new Promise((resolve) => setImmediate(resolve))
      expect(seen).to.deep.equal(['pending', 'not my day'])
      expect(texts(two)).to.have.length(1)
    })

    it('returns nothing for others', () => {
      const seen = outcomes()
      record(two.app)
      messages(one.app).emit('created', 1)
      expect(seen).to.deep.equal(['done'])
    })
  })
})
