import type { Application, FeathersService } from '@feathersjs/feathers'
import { isObject, less, type Values } from '../message/fields.js'
import type { SyncMessage } from '../message/message.js'
import { isOwnField } from '../message/policy.js'

/** Received contexts of several events, with what was made of them. No others, which would be work for the garbage collector. */
const shared = new WeakMap<object, unknown>()

/** Messages with the same received context are of one call: they get one hook context. */
export function shareContexts(messages: readonly SyncMessage[]): void {
  let last: unknown
  for (const message of messages) {
    const context = message?.context
    if (context !== last && isObject(context)) shared.set(context, undefined)
    last = context
  }
}

/** A hook context of this instance's own service, as a local listener would get it, made of a received context. */
export function contextFrom(received: unknown, service: FeathersService, app: Application): unknown {
  if (!isObject(received)) return received
  if (!shared.has(received)) return rebuild(received, service, app)
  const context = shared.get(received) ?? rebuild(received, service, app)
  shared.set(received, context)
  return context
}

function rebuild(received: Values, service: FeathersService, app: Application): unknown {
  const context = hookContext(service, received)
  if (!context) return { ...less(received, isOwnField), app, service }
  // `data`, `id` and `params` live in `arguments`; `method`, `app` and `service` come with the class.
  context.arguments = []
  context.self = service
  context.params = {}
  for (const name of Object.keys(received)) {
    if (name !== 'method' && name !== 'statusCode' && !isOwnField(name)) context[name] = received[name]
  }
  const { statusCode } = received
  if (statusCode !== undefined) context.statusCode = statusCode // its setter makes an `http`
  return context
}

/** A context of the service's own class, which has `app` and `service`. Undefined if no service method made it. */
function hookContext(service: FeathersService, { method, path }: Values): Values | undefined {
  if (typeof method !== 'string' || typeof path !== 'string' || !Object.hasOwn(service, method))
    return undefined
  const methods = service as unknown as Record<string, { createContext?(): Values } | undefined>
  return methods[method]?.createContext?.()
}
