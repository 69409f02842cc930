import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type Application, feathers } from '@feathersjs/feathers'
import type { Data, Role, Side, SideOptions, Traffic } from './side.js'
import { now, SERVICES } from './side.js'

/** What is published: the sources would be run with helpers that cost time. */
const BUILT = new URL('../../dist/index.js', import.meta.url).href

/** More events than that wait for the broker: then it is time to wait for it, as the other contestants do. */
const MAX_BACKLOG = 1000

type Configure = (app: Application) => void

/** A service that keeps nothing: what is measured is the sync. */
function messagesService() {
  let id = 0
  const saved = (data: Data): Data => {
    id += 1
    return { id, ...data, at: now() }
  }
  return { create: async (data: Data | Data[]) => (Array.isArray(data) ? data.map(saved) : saved(data)) }
}

function isOurs(contestant: string): boolean {
  return contestant === '4' || contestant === 'sealed'
}

/** A Feathers application, with a sync or without one. */
export async function feathersSide({ contestant, uri, key, role }: SideOptions): Promise<Side> {
  const app = feathers()
  if (contestant !== 'none') app.configure(await syncOf(contestant, uri, key, role))
  app.use(role === 'lacks the service' ? 'others' : 'messages', messagesService() as never)
  for (let other = 1; other < SERVICES; other += 1) app.use(`idle-${other}`, messagesService() as never)
  const messages = app.service(role === 'lacks the service' ? 'others' : 'messages')
  const received = trafficOf(app, contestant)
  if (contestant === 'none') {
    // The least that any sync has to do.
    messages.on('created', (data: Data, { method, params }: { method: string; params: Data }) =>
      JSON.stringify({ event: 'created', path: 'messages', data, context: { method, params } })
    )
  } else await app.sync.ready
  const backlog = () => (isOurs(contestant) ? app.sync.stats().events.waiting : 0)
  return {
    async wave(count, data, params) {
      await Promise.all(Array.from({ length: count }, () => messages.create(data, params)))
      do await setImmediate()
      while (backlog() > MAX_BACKLOG)
    },
    async one(data, params) {
      await messages.create(data, params)
    },
    async bulk(items) {
      await messages.create(items)
    },
    listen: (listener) => void messages.on('created', listener),
    received,
    close: () => app.teardown().then(() => {})
  }
}

/** feathers-sync 3 gives its text to the listeners of `sync-in`, which is of ASCII here. */
function trafficOf(app: Application, contestant: string): () => Traffic {
  if (isOurs(contestant)) {
    return () => {
      const { frames, bytes } = app.sync.stats()
      return { messages: frames.received, bytes: bytes.received }
    }
  }
  const traffic = { messages: 0, bytes: 0 }
  app.on('sync-in', ({ length }: { length: number }) => {
    traffic.messages += 1
    traffic.bytes += length
  })
  return () => ({ ...traffic })
}

async function syncOf(contestant: string, uri: string, key: string, role: Role): Promise<Configure> {
  const { default: sync } = await import(isOurs(contestant) ? BUILT : 'feathers-sync-3')
  const driver = { amqpConnectionOptions: {}, natsConnectionOptions: { servers: [uri] } }
  const services = role === 'excludes it' ? { services: { messages: { receive: false } } } : {}
  const sealed = { secret: createHash('sha256').update(key).digest('base64') }
  const own = contestant === '3' ? driver : contestant === 'sealed' ? sealed : {}
  return sync({ uri, key, ...services, ...own })
}
