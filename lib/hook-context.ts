import type { Application, FeathersService, HookContext } from '@feathersjs/feathers'

/** Set again by the receiver, from its own instance. */
const OWN = new Set(['app', 'service', 'self', 'arguments'])

/** What of a context travels: all it has, less what is the instance's own. Anything but an object as it is. */
export function contextToSend(context: unknown): unknown {
  if (typeof context !== 'object' || context === null) return context
  const { toJSON } = context as { toJSON?: unknown }
  const plain: object = typeof toJSON === 'function' ? toJSON.call(context) : context
  return Object.fromEntries(Object.entries(plain).filter(([name]) => !OWN.has(name)))
}

/** The reverse: a hook context of this instance's own service, as a local listener would get it. */
export function contextFrom(received: unknown, service: FeathersService, app: Application): unknown {
  if (typeof received !== 'object' || received === null) return received
  const { method, ...rest } = received as { method?: unknown }
  const own = typeof method === 'string' ? hookContext(service, method) : undefined
  if (!own) return { ...received, app, service, self: service }
  // `data`, `id` and `params` live in `arguments`; `method`, `app` and `service` come with the class.
  return Object.assign(own, { arguments: [], self: service }, rest)
}

/** A context of the service's own class, which has `app`, `service` and `path`, or none where it lacks the method. */
function hookContext(service: FeathersService, method: string): HookContext | undefined {
  const methods = service as unknown as Record<string, { createContext?(): HookContext } | undefined>
  return Object.hasOwn(service, method) ? methods[method]?.createContext?.() : undefined
}
