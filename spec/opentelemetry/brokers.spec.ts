import { trace } from '@opentelemetry/api'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { PLACES, type Place } from '../support/places.js'
import { idOf, parentOf, TracingStage, traceOf } from './tracing-stage.js'

const SYSTEMS = { redis: 'redis', nats: 'nats', ipc: 'ipc' } as const

for (const adapter of ['redis', 'nats', 'ipc'] as const) {
  describe(`instrument, over ${adapter}`, () => {
    const stage = new TracingStage()
    let place: Place

    before(async () => {
      place = await PLACES[adapter]()
      stage.start()
    })

    after(async () => {
      await stage.stop()
      await place?.stop()
    })

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
  })
}
