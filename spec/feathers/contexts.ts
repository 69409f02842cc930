import type { EventEmitter } from 'node:events'
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { type ContextChoice, contextToSend } from '../../lib/feathers/sent-context.js'
import { Policy } from '../../lib/message/policy.js'

export type Service = EventEmitter & { hooks(hooks: object): void } & Record<
    'create' | 'update' | 'patch' | 'remove' | 'archive',
    (...args: unknown[]) => Promise<unknown>
  >
export type Context = HookContext & Record<string, unknown>

/** The same application, as any instance has it. */
export function createApp(): Application {
  const echo = async (value: unknown) => value
  const withId = async (id: unknown, data?: unknown) => ({ id, data })
  const service = { create: echo, update: withId, patch: withId, remove: withId, archive: echo }
  return feathers().use('messages', service as never, {
    methods: ['create', 'update', 'patch', 'remove', 'archive'],
    events: ['archived']
  })
}

/** An application, its service, and the contexts of the events it has emitted. */
export function createService(): { app: Application; service: Service; contexts: Context[] } {
  const app = createApp()
  const service = app.service('messages') as never as Service
  const contexts: Context[] = []
  service.hooks({
    around: { all: [async (_context: unknown, next: () => Promise<void>) => next()] }
  })
  for (const event of ['created', 'updated', 'patched', 'removed']) {
    service.on(event, (_data: unknown, context: Context) => contexts.push(context))
  }
  return { app, service, contexts }
}

/** What is sent of the context of an event with this data. */
export function sentContext(context: unknown, data?: unknown, choice: Partial<ContextChoice> = {}): unknown {
  const policy = new Policy()
  return contextToSend(context, policy.record(data), { policy, ...choice }).sent
}
