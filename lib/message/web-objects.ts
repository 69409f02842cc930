import { isPlain } from './kinds.js'

/** Where contexts of web frameworks have what they wrap: koa, express, Fastify, Hono. */
const WRAPPED = ['req', 'res', 'raw', 'request', 'response'] as const
const URLS = ['url', 'originalUrl', 'rawPath', 'httpMethod'] as const
/** What else a request's copy has, or a context's. */
const PARTS = ['headers', 'header', 'rawHeaders', 'req', 'request'] as const

/**
 * Is it a request, a response or a context of a web framework, or a stream? By what it is, whatever its name: Node's own and what
 * inherits from them, Fetch's, what wraps one, and plain copies.
 */
export function isWebObject(value: object): boolean {
  if (Array.isArray(value)) return false
  return isNative(value) || wraps(value) || isCopy(value as Record<string, unknown>)
}

function isNative(value: object): boolean {
  if ('pipe' in value && typeof value.pipe === 'function') return true
  return (
    !isPlain(value) &&
    /^\[object (?:Request|Response|Headers)\]$/.test(String(Object.prototype.toString.call(value)))
  )
}

/** Not a plain object: that may have a request beside other things, and only the request is one. */
function wraps(value: object): boolean {
  if (isPlain(value)) return false
  return WRAPPED.some((name) => {
    const inner: unknown = (value as Record<string, unknown>)[name]
    if (!isObject(inner)) return false
    return isNative(inner) || WRAPPED.some((name) => isObject(inner[name]) && isNative(inner[name]))
  })
}

/** A URL, with what is in its query, and headers: a request's fields, a socket's handshake, an event of a cloud function. */
function isCopy(value: Record<string, unknown>): boolean {
  return (
    URLS.some((name) => typeof value[name] === 'string') &&
    PARTS.some((name) => name in value && (name === 'req' || isObject(value[name])))
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
