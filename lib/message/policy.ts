import { types } from 'node:util'
import { isObject, lackingFields, less, type NameTest, setField, type Values } from './fields.js'
import { isPortable, type PortableOptions, portable } from './portable.js'

type Lost = PortableOptions['lost']

/** Of a context: the receiver sets these from its own instance. */
const OWN_FIELDS = new Set(['app', 'service', 'self', 'arguments', 'toJSON'])

/** Of `params`: credentials, the socket's connection, and the working state of schema resolvers (it holds the context). */
const PRIVATE_PARAMS = new Set([
  'authentication',
  'connection',
  'resolve',
  'req',
  'res',
  'request',
  'response',
  'ctx'
])

/** Names of fields whose values only their owner may know. */
const PASSWORD = /passw|passphrase|passcode|^pass$|^pwd$/i
const SECRET = /secret|token|credential|api-?_?key|private-?_?key|^salt$|^hash$/i

/** Of `params.headers`, besides secret names. */
const PRIVATE_HEADER = /authori[sz]ation|authentic|^x-auth|cookie|session|credential/i

/** Fields of a context that no message may set. Names such as `__proto__` and `constructor` mean something on every object. */
export const isOwnField = nameTest((name) => OWN_FIELDS.has(name) || name in Object.prototype)

const isPassword = nameTest((name) => PASSWORD.test(name))
const isSecret = nameTest((name) => PASSWORD.test(name) || SECRET.test(name))
const isExcludedField = nameTest((name) => isOwnField(name) || isPassword(name))
const isPrivateParam = nameTest((name) => PRIVATE_PARAMS.has(name) || PASSWORD.test(name))
const isPrivateHeader = nameTest((name) => PRIVATE_HEADER.test(name))

/**
 * The default policy: what is sent of a context. `docs/wire.md` describes it in full.
 *
 * @param names the fields to send, as far as they may be sent
 * @param data the event's own data, which is sent whole: if the context has the same object, it is left as it is
 * @param lost called for values that are lost though they are data: circular ones, and those that can't be read
 * @throws Error if there is a dispatch that can't be sent
 */
export function publicContext(context: Values, names: Iterable<string>, data: unknown, lost?: Lost): Values {
  checkDispatch(context.dispatch)
  const sent: Values = {}
  for (const name of names) {
    if (isExcludedField(name)) continue
    const copy = publicField(name, read(context, name, lost), data, lost)
    if (copy !== undefined) sent[name] = copy
  }
  return sent
}

/** What is sent of a context if the application has chosen `values` to be sent: all that a message may set. Throws as above. */
export function chosenContext(values: Values): Values {
  checkDispatch(values.dispatch)
  return less(values, isOwnField)
}

function publicField(name: string, value: unknown, data: unknown, lost: Lost): unknown {
  switch (name) {
    case 'params':
      return publicParams(value, lost)
    case 'http':
      return isObject(value) ? withoutPasswords(less(value, isHeaders, lost), lost) : undefined
    case 'data':
      return value === data || lackingFields(value, data) ? value : withoutSecrets(value, lost)
    case 'result': {
      // Each item of the list that contains the event's data is the data of an event, too.
      const isOwn = value === data || (Array.isArray(value) && value.includes(data))
      return isOwn ? value : withoutSecrets(value, lost)
    }
    default:
      return withoutPasswords(value, lost)
  }
}

function isHeaders(name: string): boolean {
  return name === 'headers'
}

/** What is sent of a hook context's `params`. */
export function publicParams(params: unknown, lost?: Lost): unknown {
  if (!isObject(params)) return withoutPasswords(params, lost)
  const sent: Values = {}
  const fields = less(params, isPrivateParam, lost)
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    const copy = publicParam(name, value, lost)
    if (copy !== undefined || value === undefined) setField(sent, name, copy)
  }
  return sent
}

function publicParam(name: string, value: unknown, lost: Lost): unknown {
  if (name === 'headers') return publicHeaders(value, lost)
  return name === 'user' ? withoutSecrets(value, lost) : withoutPasswords(value, lost)
}

function publicHeaders(headers: unknown, lost: Lost): unknown {
  return withoutSecrets(isObject(headers) ? less(headers, isPrivateHeader, lost) : headers, lost)
}

/** What can be sent of `value`, without the fields, at any depth, that have secret names. */
export function withoutSecrets(value: unknown, lost?: Lost): unknown {
  return without(isSecret, value, lost)
}

/** The same for passwords alone. */
export function withoutPasswords(value: unknown, lost?: Lost): unknown {
  return without(isPassword, value, lost)
}

function without(isLeftOut: NameTest, value: unknown, lost: Lost): unknown {
  if (typeof value === 'string') return value
  return portable(value, lost ? { isLeftOut, lost } : { isLeftOut })
}

/** @throws Error if it would not arrive: clients of other instances would be shown the raw result in its place */
function checkDispatch(dispatch: unknown): void {
  if (!isLost(dispatch)) return
  throw new Error(
    `context.dispatch (${typeof dispatch}) would be lost on the way, and clients of other instances be shown ` +
      'the raw result: make it a plain object'
  )
}

/** Clients are sent `dispatch || result`: would a different one arrive than there is here, or none? */
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

/** A getter may throw. */
function read(values: Values, name: string, lost: Lost): unknown {
  try {
    return values[name]
  } catch (cause) {
    lost?.(cause)
    return undefined
  }
}

/** How many answers a test keeps: there may be any number of names, made by anybody. */
const KEPT = 1000

/** `test`, called once for each of the names that recur. */
export function nameTest(test: NameTest): NameTest {
  const answers = new Map<string, boolean>()
  return (name) => {
    const kept = answers.get(name)
    if (kept !== undefined) return kept
    const answer = test(name)
    if (answers.size < KEPT) answers.set(name, answer)
    return answer
  }
}
