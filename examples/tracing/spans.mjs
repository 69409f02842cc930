// OpenTelemetry in this process. An application uses NodeSDK of @opentelemetry/sdk-node, with an exporter to its tracing system: here
// the spans go to the main process, which prints them.

import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

const toMain = {
  export(spans, done) {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext()
      const parent = span.parentSpanContext?.spanId
      process.send({
        span: { name: span.name, kind: SpanKind[span.kind], trace: traceId, id: spanId, parent }
      })
    }
    done({ code: 0 })
  },
  shutdown: async () => {}
}

trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(toMain)] }))
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())

export const tracer = trace.getTracer('application')
