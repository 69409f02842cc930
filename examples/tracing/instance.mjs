// An instance whose calls have spans, and which keeps a search index up to date by a listener.

import { setTimeout as delay } from 'node:timers/promises'
import { feathers } from '@feathersjs/feathers'
import { koa } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import { SpanKind } from '@opentelemetry/api'
import sync, { isRemote } from 'feathers-sync'
import { instrument } from 'feathers-sync/opentelemetry'
import { tracer } from './spans.mjs'

const { SYNC_URI = 'ipc:', SYNC_KEY = 'tracing' } = process.env

/** Runs `work` in a span of its own, within the active one. */
const inSpan = (name, options, work) =>
  tracer.startActiveSpan(name, options, async (span) => {
    try {
      await work()
    } finally {
      span.end()
    }
  })

const app = koa(feathers())
app.configure(socketio())
app.configure(sync({ uri: SYNC_URI, key: SYNC_KEY }))
app.use('messages', { create: async (data) => ({ id: 1, ...data }) })

app.hooks({
  around: {
    all: [({ path, method }, next) => inSpan(`${path} ${method}`, { kind: SpanKind.SERVER }, next)]
  }
})
app.configure(instrument) // after the hook in which the spans of calls begin

// On the other instances, in the trace of the call.
app.service('messages').on('created', async (_message, context) => {
  if (isRemote(context)) await inSpan('update the index', {}, () => delay(10))
})

await app.sync.ready
const server = await app.listen(0)
process.send({ port: server.address().port })
process.once('SIGTERM', async () => {
  await app.teardown()
  process.disconnect()
})
