import { type NameTest, nameTest } from './name-test.js'
import { type PortableOptions, portable, setField } from './portable.js'

type Values = Record<string, unknown>
type Lost = PortableOptions['lost']

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

/** Names of fields that hold what only their owner may know. */
const PASSWORD = /passw|passphrase|passcode|^pass$|^pwd$/i
const SECRET = /secret|token|credential|api-?_?key|private-?_?key|^salt$|^hash$/i

/** Of `params.headers`, besides those whose name says that they are secret. */
const PRIVATE_HEADER = /authori[sz]ation|authentic|^x-auth|cookie|session|credential/i

export const isPassword = nameTest((name) => PASSWORD.test(name))
const isSecret = nameTest((name) => PASSWORD.test(name) || SECRET.test(name))
const isPrivateParam = nameTest((name) => PRIVATE_PARAMS.has(name) || PASSWORD.test(name))
const isPrivateHeader = nameTest((name) => PRIVATE_HEADER.test(name))

/** The default policy: what of a hook context's `params` travels. */
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

/** What can travel of `value`, without the fields, at any depth, whose names say that they are secret. */
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

/** A shallow copy, without the fields of certain names, which aren't read, and those that can't be. */
export function less(values: Values, isLeftOut: NameTest, lost?: Lost): Values {
  const fields: Values = {}
  for (const name of Object.keys(values)) {
    if (isLeftOut(name)) continue
    try {
      setField(fields, name, values[name])
    } catch (cause) {
      lost?.(cause)
    }
  }
  return fields
}

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
