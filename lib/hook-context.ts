import type { Application, FeathersService, HookContext } from '@feathersjs/feathers'

type Values = Record<string, unknown>

/** Set again by the receiver, from its own instance. */
const OWN = new Set(['app', 'service', 'self', 'arguments', 'toJSON'])

/** Of `params`: credentials, the socket's connection, and the working state of schema resolvers (it holds the context). */
const PRIVATE_PARAMS = new Set(['authentication', 'connection', 'resolve'])
const PRIVATE_HEADERS = new Set(['authorization', 'cookie'])

/** What of a context travels: all it has, less what is the instance's own and credentials. Anything but an object as it is. */
export function contextToSend(context: unknown): unknown {
  const plain = toPlain(context)
  if (!isObject(plain)) return plain
  const { dispatch, params } = plain
  if (isLost(dispatch)) {
    throw new Error(
      `context.dispatch (${typeof dispatch}) would be lost on the way, and clients of other instances be shown the raw ` +
        'result: make it a plain object'
    )
  }
  const sent = less(plain, isOwn)
  return isObject(params) ? { ...sent, params: paramsToSend(params) } : sent
}

/** The reverse: a hook context of this instance's own service, as a local listener would get it. */
export function contextFrom(received: unknown, service: FeathersService, app: Application): unknown {
  if (!isObject(received)) return received
  const values = less(received, isOwn)
  const context = hookContext(service, values)
  if (!context) return { ...values, app, service }
  const { method, statusCode, ...rest } = values
  // `data`, `id` and `params` live in `arguments`; `method`, `app` and `service` come with the class.
  Object.assign(context, { arguments: [], self: service, params: {} }, rest)
  if (statusCode !== undefined) Object.assign(context, { statusCode }) // its setter makes an `http`
  return context
}

/** A context of the service's own class, which has `app` and `service`; none for what was not made by a service method. */
function hookContext(service: FeathersService, { method, path }: Values): HookContext | undefined {
  if (typeof method !== 'string' || typeof path !== 'string' || !Object.hasOwn(service, method))
    return undefined
  const methods = service as unknown as Record<string, { createContext?(): HookContext } | undefined>
  return methods[method]?.createContext?.()
}

function paramsToSend(params: Values): Values {
  const sent = less(params, (name) => PRIVATE_PARAMS.has(name))
  const { headers } = sent
  return isObject(headers) ? { ...sent, headers: less(headers, (name) => PRIVATE_HEADERS.has(name)) } : sent
}

/** Clients are sent `dispatch || result`: is this one something that JSON leaves out or makes falsy? */
function isLost(dispatch: unknown): boolean {
  if (!dispatch || isPlain(dispatch)) return false
  const json = JSON.stringify(dispatch)
  return json === undefined || !JSON.parse(json)
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return true
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype && !('toJSON' in value)
}

function toPlain(context: unknown): unknown {
  return isObject(context) && typeof context.toJSON === 'function' ? context.toJSON() : context
}

/** Names such as `__proto__` and `constructor` mean something on every object: no message may set them. */
function isOwn(name: string): boolean {
  return OWN.has(name) || name in Object.prototype
}

function less(values: Values, isLeftOut: (name: string) => boolean): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isLeftOut(name)))
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
