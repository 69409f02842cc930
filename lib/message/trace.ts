import { isObject } from './fields.js'

/**
 * Where an event belongs in a distributed trace: the fields that a propagator writes, such as `traceparent` and `tracestate` of W3C
 * Trace Context. At most 8 fields, with names of up to 64 characters and values of up to 1024, in ASCII.
 */
export type TraceContext = Readonly<Record<string, string>>

const MAX_FIELDS = 8
const NAME = /^[a-z0-9][\w.-]{0,63}$/i
const VALUE = /^[\x20-\x7e]{1,1024}$/

/** What of `value` is a trace context: it may be of any type, as it may have come in. Undefined if nothing of it is. */
export function traceContextOf(value: unknown): TraceContext | undefined {
  if (!isObject(value)) return undefined
  const names = Object.keys(value)
  if (names.length > MAX_FIELDS) return undefined
  const trace: Record<string, string> = {}
  let isEmpty = true
  for (const name of names) {
    const field = value[name]
    if (typeof field !== 'string' || !NAME.test(name) || !VALUE.test(field)) continue
    trace[name] = field
    isEmpty = false
  }
  return isEmpty ? undefined : trace
}
