import { types } from 'node:util'
// The default import: Node finds no other names in this CommonJS package.
import feathersjs, { type Application, type FeathersService, type HookContext } from '@feathersjs/feathers'
import { lackingFields } from '../message/compact-context.js'
import { nameTest } from '../message/name-test.js'
import {
  isObject,
  isPassword,
  less,
  publicParams,
  withoutPasswords,
  withoutSecrets
} from '../message/policy.js'
import { isPortable } from '../message/portable.js'

const { FeathersHookManager } = feathersjs

type Values = Record<string, unknown>

/** Set again by the receiver, from its own instance. */
const OWN = new Set(['app', 'service', 'self', 'arguments', 'toJSON'])

/** Names such as `__proto__` and `constructor` mean something on every object: no message may set them. */
const isOwn = nameTest((name) => OWN.has(name) || name in Object.prototype)
const staysHome = nameTest((name) => isOwn(name) || isPassword(name))

/** Of every hook context that Feathers makes: it costs as much as all the rest here, so it isn't called. */
const { toJSON } = new FeathersHookManager(undefined, '').getContextClass().prototype
const inheritedNames = new WeakMap<object, string[]>()

export interface ContextChoice {
  /** The `context` option, in place of the choice made here. */
  readonly choose?: ((context: never) => object | undefined) | undefined
  /** Told of values that are lost, though they are data: circular ones, and those that can't be read. */
  lost?(cause: unknown): void
}

/**
 * What of a context travels, `docs/wire.md` says it in full: all it has, less what is the instance's own, what isn't plain
 * data, and credentials. What is no hook context travels where it is plain data.
 *
 * @param data the event's own data: where the context holds the same object it is left as it is
 * @throws Error where there is a dispatch that can't travel: the raw result would be shown in its place
 */
export function contextToSend(context: unknown, data: unknown, choice: ContextChoice = {}): unknown {
  const { choose, lost } = choice
  if (choose) return chosen(context, choose)
  const isHookContext = isObject(context) && context.toJSON === toJSON
  const values = isHookContext ? context : toPlain(context)
  if (!isObject(values)) return withoutPasswords(values, lost)
  checkDispatch(values.dispatch)
  const sent: Values = {}
  for (const name of isHookContext ? namesOf(values) : Object.keys(values)) {
    if (staysHome(name)) continue
    const copy = copyOf(name, read(values, name, lost), data, lost)
    if (copy !== undefined) sent[name] = copy
  }
  return sent
}

function chosen(context: unknown, choose: NonNullable<ContextChoice['choose']>): unknown {
  const plain = toPlain(choose(context as never))
  if (!isObject(plain)) return plain
  checkDispatch(plain.dispatch)
  return { ...names(context), ...less(plain, isOwn) }
}

/** @throws Error where it can't travel */
function checkDispatch(dispatch: unknown): void {
  if (!isLost(dispatch)) return
  throw new Error(
    `context.dispatch (${typeof dispatch}) would be lost on the way, and clients of other instances be shown ` +
      'the raw result: make it a plain object'
  )
}

/** The names that Feathers' `toJSON` copies: its own ones, and those of its service method's class. */
function namesOf(context: object): string[] {
  const prototype: object = Object.getPrototypeOf(context)
  let inherited = inheritedNames.get(prototype)
  if (!inherited) {
    inherited = []
    for (const name in prototype) if (!staysHome(name)) inherited.push(name)
    inheritedNames.set(prototype, inherited)
  }
  return [...Object.keys(context), ...inherited]
}

function read(values: Values, name: string, lost: ContextChoice['lost']): unknown {
  try {
    return values[name]
  } catch (cause) {
    lost?.(cause)
    return undefined
  }
}

/** Whose context it is: nothing can be made of one without. */
function names(context: unknown): Values {
  if (!isObject(context)) return {}
  const { path, method, event } = context
  const all = Object.entries({ path, method, event })
  return Object.fromEntries(all.filter(([, name]) => typeof name === 'string'))
}

function copyOf(name: string, value: unknown, data: unknown, lost: ContextChoice['lost']): unknown {
  if (name === 'params') return publicParams(value, lost)
  if (name === 'http') {
    return isObject(value)
      ? withoutPasswords(
          less(value, (field) => field === 'headers', lost),
          lost
        )
      : undefined
  }
  if (name !== 'data' && name !== 'result') return withoutPasswords(value, lost)
  if (value === data || (name === 'data' && lackingFields(value, data))) return value
  // The list that the event's data is an item of: each item is an event's own data.
  if (name === 'result' && Array.isArray(value) && value.includes(data)) return value
  return withoutSecrets(value, lost)
}

/** Contexts that many events share, with what was made of them; no others, which would be work for the garbage collector. */
const rebuilt = new WeakMap<object, unknown>()

/** The events that come with this received context are of one call: they get one context. */
export function share(received: unknown): void {
  if (isObject(received)) rebuilt.set(received, undefined)
}

/** The reverse: a hook context of this instance's own service, as a local listener would get it. */
export function contextFrom(received: unknown, service: FeathersService, app: Application): unknown {
  if (!isObject(received)) return received
  if (!rebuilt.has(received)) return rebuild(received, service, app)
  const context = rebuilt.get(received) ?? rebuild(received, service, app)
  rebuilt.set(received, context)
  return context
}

function rebuild(received: Values, service: FeathersService, app: Application): unknown {
  const context = hookContext(service, received)
  if (!context) return { ...less(received, isOwn), app, service }
  // `data`, `id` and `params` live in `arguments`; `method`, `app` and `service` come with the class.
  Object.assign(context, { arguments: [], self: service, params: {} })
  for (const name of Object.keys(received)) {
    if (name === 'method' || name === 'statusCode' || isOwn(name)) continue
    ;(context as unknown as Values)[name] = received[name]
  }
  const { statusCode } = received
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

/** Clients are sent `dispatch || result`: would another one arrive than there is here, or none? */
function isLost(dispatch: unknown): boolean {
  if (!dispatch) return false
  if (!isPortable(dispatch)) return true
  if (
    Array.isArray(dispatch) ||
    (isObject(dispatch) && !('toJSON' in dispatch) && !types.isBoxedPrimitive(dispatch))
  )
    return false
  const json = JSON.stringify(dispatch)
  return json === undefined || !JSON.parse(json)
}

function toPlain(context: unknown): unknown {
  return isObject(context) && typeof context.toJSON === 'function' ? context.toJSON() : context
}
