import type { AdapterOptions } from './adapter-options.js'
import { credentialsIn } from './uri-credentials.js'

const HIDDEN = '***'

/** Names of options that hold a credential: `password`, `auth_token`, a TLS `key`, … */
const SECRET_NAME = /pass|pwd|secret|token|key$|jwt|^sig$|seed|pfx|cred/i

/** Not walked: the name of a channel, and what is ours. */
const PUBLIC = new Set(['key', 'container', 'serialize', 'deserialize', 'filter', 'context'])

/** A shorter one is hidden only where it stands alone, and of a longer one its beginning too: servers cut what they repeat. */
const SHORT = 4
const BEGINNING = 8

/** How many values are looked at. What is larger is taken for one that holds a credential. */
const MAX_VALUES = 2000

/** What an adapter has to know for connecting and nobody else may see: hides it in whatever a server or a driver says. */
export class Secrets {
  #forms: string[] = []

  constructor(options: Partial<AdapterOptions> = {}) {
    this.add(Object.fromEntries(Object.entries(options).filter(([name]) => !PUBLIC.has(name))))
  }

  /** Takes the credentials that options hold, at any depth: those with such names, and those of URIs. */
  add(options: unknown): void {
    const forms = new Set(this.#forms)
    for (const secret of secretsIn(options)) for (const form of formsOf(secret)) forms.add(form)
    this.#forms = [...forms].filter(Boolean)
  }

  /** The text with `***` in place of each of them. */
  text(text: string): string {
    const found = this.#forms
      .flatMap((form) => [...findings(text, form)])
      .sort(([one], [other]) => one - other)
    let result = ''
    let done = 0
    for (const [start, end] of found) {
      if (start >= done) result += text.slice(done, start) + HIDDEN
      done = Math.max(done, end)
    }
    return result + text.slice(done)
  }

  /** An error or another value as it is, if it holds none of them, `cause` and `errors` included; else a copy. */
  value<Value>(value: Value): Value {
    if (this.#forms.length === 0) return value
    const budget = { left: MAX_VALUES }
    return this.#leaks(value, new Set(), budget) ? (this.#copy(value, new Map()) as Value) : value
  }

  #leaks(value: unknown, seen: Set<unknown>, budget: { left: number }): boolean {
    if (typeof value === 'string') return this.text(value) !== value
    if (typeof value !== 'object' || value === null || seen.has(value)) return false
    seen.add(value)
    budget.left -= 1
    if (budget.left < 0) return true
    if (value instanceof Uint8Array) return this.#leaks(textOf(value), seen, budget)
    if (value instanceof Map || value instanceof Set) return this.#leaks([...value], seen, budget)
    return namesOf(value).some(
      (name) => this.#leaks(name, seen, budget) || this.#leaks(read(value, name), seen, budget)
    )
  }

  #copy(value: unknown, copies: Map<unknown, unknown>): unknown {
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    if (copies.has(value)) return copies.get(value)
    const isError = value instanceof Error
    if (!isError && !Array.isArray(value) && !isPlain(value)) {
      return this.#leaks(value, new Set(), { left: MAX_VALUES }) ? HIDDEN : value
    }
    const copy: object = isError ? new Error() : Array.isArray(value) ? [] : {}
    if (isError) Object.setPrototypeOf(copy, Object.getPrototypeOf(value))
    copies.set(value, copy)
    for (const name of namesOf(value)) {
      const enumerable = Object.getOwnPropertyDescriptor(value, name)?.enumerable ?? false
      const kept = this.#copy(read(value, name), copies)
      Object.defineProperty(copy, this.text(name), {
        value: kept,
        enumerable,
        writable: true,
        configurable: true
      })
    }
    return copy
  }
}

function* secretsIn(value: unknown, name = '', seen = new Set<unknown>()): Generator<string> {
  const isSecret = SECRET_NAME.test(name)
  if (typeof value === 'string') {
    if (isSecret) yield value
    else yield* credentialsIn(value, SECRET_NAME)
  }
  if (typeof value !== 'object' || value === null || seen.has(value) || seen.size > MAX_VALUES) return
  seen.add(value)
  if (value instanceof Uint8Array || value instanceof URL) yield* secretsIn(textOf(value), name, seen)
  else if (Array.isArray(value)) for (const item of value) yield* secretsIn(item, name, seen)
  else if (isPlain(value)) {
    for (const key of Object.keys(value)) yield* secretsIn(read(value, key), key, seen)
  } else yield* secretsIn(read(value, 'options'), '', seen) // a client
}

/** As it may be repeated: encoded in a URI, decoded, quoted, read as another encoding, without a line break at its end. */
function formsOf(secret: string): string[] {
  const plain = [secret, secret.trim(), decoded(secret), decoded(secret).trim()]
  const encoded = plain.map((text) => encodeURIComponent(Buffer.from(text).toString()))
  const misread = plain.map((text) => Buffer.from(text).toString('latin1'))
  const lower = encoded.map((text) => text.replace(/%../g, (code) => code.toLowerCase()))
  return [
    ...plain,
    ...misread,
    ...plain.map((text) => JSON.stringify(text).slice(1, -1)),
    ...encoded,
    ...lower
  ]
}

/** Where a form, or the beginning of one, stands in a text: start and end. */
function* findings(text: string, form: string): Generator<[start: number, end: number]> {
  const beginning = form.slice(0, BEGINNING)
  for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at + 1)) {
    let end = at + beginning.length
    while (end < at + form.length && text[end] === form[end - at]) end += 1
    const isApart = !isWord(text, at - 1) && !isWord(text, end)
    if (isApart || form.length >= SHORT) yield [at, end]
  }
}

function isWord(text: string, at: number): boolean {
  return /[\p{L}\p{N}_]/u.test(text[at] ?? '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** All own names, and those of an error that its class may have. */
function namesOf(value: object): string[] {
  const names = Object.getOwnPropertyNames(value)
  if (Array.isArray(value)) return names.filter((name) => name !== 'length')
  return value instanceof Error
    ? [...new Set(['message', 'stack', 'name', 'code', ...names])].filter((name) => name in value)
    : names
}

/** What can't be read holds nothing that can be shown. */
function read(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}

function textOf(value: Uint8Array | URL): string {
  return value instanceof URL
    ? value.href
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
