import { context, propagation, SpanStatusCode, type TextMapPropagator, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { PLACES, type Place } from '../support/places.js'
import { idOf, parentOf, type Traced, TracingStage, traceOf } from './tracing-stage.js'

const tracer = () => trace.getTracer('application')
const span = (name: string) => tracer().startSpan(name).end()

describe('instrument', () => {
  let stage: TracingStage
  let place: Place

  before(async () => {
    place = await PLACES.redis()
  })

  beforeEach(() => {
    stage = new TracingStage()
    stage.start()
  })

  afterEach(() => stage.stop())

  after(() => place?.stop())

  const pair = (options = {}) => stage.instances(2, { uri: place.uri, ...options })
  /** Makes one more event, and waits until it has arrived. */
  const flushed = async ([one, two]: readonly Traced[]) => {
    one?.messages.emit('liked', 'last')
    await eventually(() => two?.received.at(-1)?.event === 'liked')
  }

  describe('of an event that is emitted in a span', () => {
    it('has the producer span in it, which may be within a call', async () => {
      const [one, two] = await pair()
      two.messages.on('liked', () => {})
      tracer().startActiveSpan('by hand', (span) => {
        one.messages.emit('liked', 1)
        span.end()
      })
      one.app.service('messages').hooks({
        around: {
          create: [
            async (call, next) => {
              await next()
              tracer().startActiveSpan('in a hook', (span) => {
                one.messages.emit('liked', 2, call)
                span.end()
              })
            }
          ]
        }
      })
      await one.messages.create({})
      await eventually(() => stage.processed.length === 2)
      const parents = [stage.named('by hand'), stage.named('in a hook'), stage.named('messages create')]
      expect(stage.sent.map(parentOf)).to.deep.equal(parents.map(idOf))
    })

    it('has a trace of its own where there is none', async () => {
      const [one, two] = await pair()
      two.messages.on('liked', () => {})
      one.messages.emit('liked', 1)
      await eventually(() => stage.processed.length === 1)
      expect(stage.sent.map(parentOf)).to.deep.equal([undefined])
      expect(stage.processed.map(traceOf)).to.deep.equal(stage.sent.map(traceOf))
    })
  })

  describe('of a bulk call', () => {
    const items = Array.from({ length: 10_000 }, (_, id) => ({ id }))
    const isEnd = (data: unknown) => (data as { id: number }).id === items.length - 1

    it('has one producer span, and one consumer span at each instance', async function () {
      this.timeout(20_000)
      const [one, two] = await pair()
      const parents = new Set<unknown>()
      two.messages.on('created', () => parents.add(trace.getActiveSpan()?.spanContext().spanId))
      await one.messages.create(items)
      await eventually(() => two.received.some(({ data }) => isEnd(data)))
      await eventually(() => stage.processed.length === 1)
      expect(two.received.length).to.equal(items.length)
      expect(stage.sent.length).to.equal(1)
      expect(parents).to.deep.equal(new Set(stage.processed.map(idOf)))
      expect(stage.processed[0]?.attributes).to.include({ 'messaging.batch.message_count': items.length })
    })

    it('has one consumer span where each item is a message of its own, as with the function options', async () => {
      const [one, two] = await pair({ serialize: JSON.stringify })
      two.messages.on('created', () => {})
      await one.messages.create(items.slice(0, 20))
      await one.messages.create(items.slice(0, 30))
      await eventually(() => two.received.length === 50)
      await eventually(() => stage.processed.length === 2)
      expect(stage.sent.length).to.equal(2)
      const counts = stage.processed.map(({ attributes }) => attributes['messaging.batch.message_count'])
      expect(counts).to.deep.equal([20, 30])
    })
  })

  describe('a listener', () => {
    it('that throws gives the span its error, and is reported once', async () => {
      const [one, two] = await pair()
      two.messages.on('created', () => {
        throw new RangeError('not my day')
      })
      await one.messages.create({})
      await eventually(() => stage.processed.length === 1)
      const [processed] = stage.processed
      expect(processed?.status).to.deep.equal({ code: SpanStatusCode.ERROR, message: 'not my day' })
      expect(processed?.attributes).to.include({ 'error.type': 'RangeError' })
      expect(processed?.events.map(({ name }) => name)).to.deep.equal(['exception'])
      expect(two.errors.map(({ kind }) => kind)).to.deep.equal(['listener'])
    })

    it('that is async keeps the span open, and may reject', async () => {
      const [one, two] = await pair()
      let fail = (_error: Error) => {}
      two.messages.on('created', () => new Promise((_resolve, reject) => (fail = reject)))
      two.messages.on('created', async () => {
        await new Promise((resolve) => setImmediate(resolve))
        span('later')
      })
      await one.messages.create({})
      await eventually(() => stage.named('later') !== undefined)
      expect(stage.processed).to.deep.equal([])
      fail(new Error('not my day'))
      await eventually(() => stage.processed.length === 1)
      expect(parentOf(stage.named('later'))).to.equal(idOf(stage.processed[0]))
      expect(stage.processed[0]?.status.message).to.equal('not my day')
    })

    it('of an event of this instance runs where it was made', async () => {
      const [one] = await pair()
      one.messages.on('created', () => span('local'))
      await tracer().startActiveSpan('request', async (request) => {
        await one.messages.create({})
        request.end()
      })
      expect(parentOf(stage.named('local'))).to.equal(idOf(stage.named('request')))
    })
  })

  describe('the decision to sample', () => {
    it('is that of the call: no span is exported, and the trace goes on', async () => {
      await stage.stop()
      stage.start(new AlwaysOffSampler())
      const [one, two] = await pair()
      const seen: unknown[] = []
      two.messages.on('created', () => seen.push(trace.getActiveSpan()?.spanContext().traceId))
      await one.messages.create({})
      await eventually(() => seen.length === 1)
      const traceparent = two.received[0]?.trace?.traceparent
      expect(traceparent).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
      expect(seen[0]).to.equal(traceparent?.split('-')[1])
      expect(stage.spans).to.deep.equal([])
    })

    it('does not depend on where the connection was made', async () => {
      const [one, two] = await context.with(suppressTracing(context.active()), () => pair())
      two.messages.on('created', () => span('work'))
      await one.messages.create({})
      await eventually(() => stage.processed.length === 1)
      expect(parentOf(stage.named('work'))).to.equal(idOf(stage.processed[0]))
    })

    it('of what is suppressed leaves no trace', async () => {
      const all = await pair()
      context.with(suppressTracing(context.active()), () => all[0].messages.emit('created', 1))
      await all[0].messages.create({})
      await flushed(all)
      expect(all[1].received.map(({ trace }) => trace === undefined)).to.deep.equal([true, false, false])
      expect(stage.sent.length).to.equal(2)
    })
  })

  describe('what travels', () => {
    it('is what the propagator of the application writes', async () => {
      propagation.disable()
      const propagator: TextMapPropagator = {
        fields: () => ['x-trace'],
        inject: (from, carrier, setter) => {
          const { traceId, spanId } = trace.getSpanContext(from) ?? {}
          setter.set(carrier, 'x-trace', `${traceId}:${spanId}`)
        },
        extract: (to, carrier, getter) => {
          const [traceId = '', spanId = ''] = String(getter.get(carrier, 'x-trace')).split(':')
          return trace.setSpanContext(to, { traceId, spanId, traceFlags: 1, isRemote: true })
        }
      }
      propagation.setGlobalPropagator(propagator)
      const [one, two] = await pair()
      two.messages.on('created', () => {})
      await one.messages.create({})
      await eventually(() => stage.processed.length === 1)
      expect(Object.keys(two.received[0]?.trace ?? {})).to.deep.equal(['x-trace'])
      expect(parentOf(stage.processed[0])).to.equal(idOf(stage.sent[0]))
    })

    it('with `wire: 3` is the same', async () => {
      const [one, two] = await pair({ wire: 3 })
      two.messages.on('created', () => {})
      await one.messages.create({})
      await eventually(() => stage.processed.length === 1)
      expect(parentOf(stage.processed[0])).to.equal(idOf(stage.sent[0]))
    })

    it('is nothing without an SDK', async () => {
      await stage.stop()
      const all = await pair()
      await all[0].messages.create({})
      await flushed(all)
      expect(all[1].received.map((message) => 'trace' in message)).to.deep.equal([false, false])
    })

    it('that can not be read makes no span', async () => {
      const [, two] = await pair()
      const calls: unknown[] = []
      two.messages.on('created', (data) => calls.push(data))
      const message = { event: 'created', path: 'messages', data: 1, trace: { traceparent: 'not one' } }
      two.app.emit('sync-in', message)
      await Promise.resolve()
      expect(calls).to.deep.equal([1])
      expect(stage.spans).to.deep.equal([])
    })
  })
})
