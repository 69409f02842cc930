import { readFile } from 'node:fs/promises'
import { trace } from '@opentelemetry/api'
import { expect } from 'chai'
import { createEmitter } from '../../lib/emitter.js'
import { instrument } from '../../lib/opentelemetry.js'
import { eventually } from '../support/eventually.js'
import { PLACES, type Place } from '../support/places.js'
import { idOf, parentOf, TracingStage, traceOf } from './tracing-stage.js'

const { version } = JSON.parse(await readFile('package.json', 'utf8'))
const SYSTEMS = { redis: 'redis', nats: 'nats', ipc: 'ipc' } as const

for (const adapter of ['redis', 'nats', 'ipc'] as const) {
  describe(`instrument, over ${adapter}`, () => {
    let stage: TracingStage
    let place: Place

    before(async () => {
      place = await PLACES[adapter]()
    })

    beforeEach(() => {
      stage = new TracingStage()
      stage.start()
    })

    afterEach(() => stage.stop())

    after(() => place?.stop())

    it('has the trace of a call go on in the listeners of all other instances', async () => {
      const [one, ...others] = await stage.instances(3, { uri: place.uri })
      for (const { messages } of others) {
        messages.on('created', async () => {
          await Promise.resolve()
          trace.getTracer('application').startSpan('work').end()
        })
      }
      await one.messages.create({ text: 'hi' })
      await eventually(() => stage.processed.length === 2, {
        message: 'the spans of both other instances'
      })
      const [call, sent] = [stage.named('messages create'), stage.sent[0]]
      expect(new Set(stage.spans.map(traceOf))).to.deep.equal(new Set([traceOf(call)]))
      expect(stage.sent.length).to.equal(1)
      expect(parentOf(sent)).to.equal(idOf(call))
      const attributes = {
        'messaging.system': SYSTEMS[adapter],
        'messaging.destination.name': stage.key,
        'feathers.service.path': 'messages',
        'feathers.event': 'created'
      }
      expect(sent?.name).to.equal(`send ${stage.key}`)
      expect(sent?.instrumentationScope).to.include({ name: 'feathers-sync', version })
      expect(sent?.attributes).to.deep.equal({
        ...attributes,
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send'
      })
      for (const processed of stage.processed) {
        expect(processed.name).to.equal(`process ${stage.key}`)
        expect(parentOf(processed)).to.equal(idOf(sent))
        expect(processed.parentSpanContext?.isRemote).to.equal(true)
        expect(processed.links.map(({ context }) => context.spanId)).to.deep.equal([idOf(sent)])
        expect(processed.attributes).to.deep.equal({
          ...attributes,
          'messaging.operation.name': 'process',
          'messaging.operation.type': 'process'
        })
      }
      const work = stage.spans.filter(({ name }) => name === 'work')
      expect(work.map(parentOf)).to.have.members(stage.processed.map(idOf))
      expect([one, ...others].flatMap(({ errors }) => errors)).to.deep.equal([])
    })

    it('has the trace of a job go on in the listeners of instances, where an emitter tells them', async () => {
      const [one] = await stage.instances(2, { uri: place.uri })
      one.messages.on('created', () => {})
      const emitter = createEmitter({ uri: place.uri, key: stage.key })
      instrument(emitter)
      trace.getTracer('worker').startActiveSpan('job', (span) => {
        emitter.service('messages').emit('created', { text: 'done' })
        span.end()
      })
      expect(await emitter.close()).to.equal(0)
      await eventually(() => stage.processed.some((span) => traceOf(span) === traceOf(stage.named('job'))))
      const sent = stage.sent.find((span) => parentOf(span) === idOf(stage.named('job')))
      expect(sent?.attributes).to.include({
        'messaging.system': SYSTEMS[adapter],
        'feathers.event': 'created'
      })
      emitter.instrument(undefined)
    })
  })
}
