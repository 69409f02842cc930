import { inspect, types } from 'node:util'
import { type Check, has, type OptionRules, object } from '../adapters/adapter-options.js'
import { isPrintable } from '../delivery/wire/instance.js'
import { EXPECTED, wrongServices } from '../feathers/service-sync.js'
import { EXPECTED_SECRET, hasKey, type SecretOption, wrongSecret } from '../sealing/secret-option.js'
import { BUILT_IN } from './built-in.js'
import { nearest } from './nearest.js'

const text: Check = {
  test: (value) => typeof value === 'string' && value !== '',
  expected: 'a non-empty string'
}
const fn: Check = { test: (value) => typeof value === 'function', expected: 'a function' }
const history: Check = {
  test: (value) => object.test(value) && wrongLimit(value as object) === undefined,
  expected: 'an object with `events` and `bytes`, whole numbers from 1'
}
const uri: Check = {
  test: (value) =>
    typeof value === 'string' || (Array.isArray(value) && value.length > 0 && value.every(text.test)),
  expected:
    "a string, or a list of servers: an array of non-empty strings, such as ['amqp://one', 'amqp://two']"
}
const omit: Check = {
  test: (value) => Array.isArray(value) && value.every(isPattern),
  expected: "an array of names (non-empty strings) and patterns, such as ['password', /token$/i]"
}
const services: Check = {
  test: (value) => object.test(value) && wrongServices(value as object) === undefined,
  expected: `an object with paths of services, or '*' for the rest, and for each ${EXPECTED}`,
  got: (value) => {
    const [path, what] = (object.test(value) && wrongServices(value as object)) || []
    return path === undefined ? show(value) : `${what} for ${inspect(path)}`
  }
}
const secret: Check = {
  test: (value) => wrongSecret(value) === undefined,
  expected: EXPECTED_SECRET,
  got: (value) => wrongSecret(value) ?? ''
}
const timeout: Check = {
  test: (value) => typeof value === 'number' && value >= 1 && value <= 2 ** 31 - 1,
  expected: 'a number of milliseconds from 1 to 2147483647'
}

/** In less an answer can't come back from a distant broker, and the connection would be taken for dead. */
const LEAST_HEARTBEAT = 100

/** Options whose short values may be shown: they hold no credentials. */
const PLAIN = ['mode', 'wire', 'heartbeat', 'connectTimeout', 'closeTimeout']

const LONGEST_SHOWN = 20

const MODES: readonly unknown[] = ['both', 'send', 'receive']

/** Options of every adapter. */
const COMMON: Record<string, Check> = {
  uri,
  adapter: text,
  key: text,
  serialize: fn,
  deserialize: fn,
  mode: { test: (value) => MODES.includes(value), expected: "'both', 'send' or 'receive'" },
  filter: fn,
  context: fn,
  omit,
  services,
  secret,
  wire: { test: (value) => value === 3 || value === 4, expected: '3 or 4' },
  history,
  heartbeat: {
    test: (value) =>
      typeof value === 'number' && (value === 0 || (value >= LEAST_HEARTBEAT && value <= 2 ** 30)),
    expected: `0 (none) or a number of milliseconds from ${LEAST_HEARTBEAT} to 1073741824`
  },
  name: {
    test: (value) => value === false || (text.test(value) && isPrintable(value as string)),
    expected: 'a string of 1 to 64 printable characters, or false'
  },
  connectTimeout: timeout,
  closeTimeout: timeout,
  container: {
    test: (value) => has(value, 'get', 'isBound', 'isCurrentBound'),
    expected: 'an inversify Container, such as createContainer() returns'
  }
}

const KNOWN = [COMMON, ...BUILT_IN.map(({ checks }) => checks)].flatMap((checks) => Object.keys(checks))

/**
 * Checks the types of the options that every adapter has.
 *
 * @throws TypeError naming the option, what it got and what is expected
 */
export function checkOptions(options: object): void {
  if (!object.test(options)) {
    throw new TypeError(
      `feathers-sync: the options have to be an object such as { uri: 'redis://localhost:6379' }, got ${show(options)}`
    )
  }
  check(options, COMMON)
  if (!('secret' in options)) return
  // An environment variable that is not set must not turn sealing off.
  if (options.secret === undefined) throw invalid('secret', undefined, secret)
  if ('key' in options && hasKey(options.secret as SecretOption, options.key))
    throw invalid('secret', undefined, { ...secret, got: () => 'the `key`, which is no secret' })
  if ('wire' in options && options.wire === 3) {
    throw new TypeError(
      '`secret` option provided to feathers-sync excludes `wire: 3`, as feathers-sync 3 can open nothing that is sealed: upgrade all instances ' +
        'first, then remove `wire`, then introduce the secret'
    )
  }
}

/**
 * Checks what a built-in adapter is given beyond that, and warns, once each, of names that it doesn't know.
 *
 * @throws TypeError naming the option, what it got and what is expected
 */
export function checkBuiltInOptions(options: object, { key, checks: own }: Partial<OptionRules> = {}): void {
  if (key) check(options, { key })
  for (const { checks } of BUILT_IN) check(options, checks)
  for (const { check } of BUILT_IN) check?.(options)
  warnOfUnknown(options, KNOWN)
  if (own) warnOfForeign(options, own)
  for (const { names = {} } of BUILT_IN) {
    for (const [name, known] of Object.entries(names)) {
      const value = (options as Record<string, object | undefined>)[name]
      if (value) warnOfUnknown(value, known, `${name}.`)
    }
  }
}

function check(options: object, checks: Record<string, Check>): void {
  for (const [name, rule] of Object.entries(checks)) {
    const value = (options as Record<string, unknown>)[name]
    if (value === undefined || rule.test(value)) continue
    throw invalid(name, value, rule)
  }
}

function invalid(name: string, value: unknown, { expected, got: gotOf }: Check): TypeError {
  const problem = expected === fn.expected ? 'is not a function' : `has to be ${expected}`
  return new TypeError(
    `\`${name}\` option provided to feathers-sync ${problem}, got ${gotOf?.(value) ?? got(name, value)}`
  )
}

function isPattern(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || types.isRegExp(value)
}

function wrongLimit(limits: object): [name: string, limit: unknown] | undefined {
  return Object.entries(limits).find(
    ([name, limit]) =>
      !['events', 'bytes'].includes(name) || (limit !== undefined && !(Number.isInteger(limit) && limit > 0))
  )
}

/** What is wrong with a value, as far inside as it may be shown. */
function got(name: string, value: unknown): string {
  if (name === 'history' && object.test(value)) {
    const [inner = '', limit] = wrongLimit(value as object) ?? []
    if (!['events', 'bytes'].includes(inner)) return `an object with the unknown name \`${inner}\``
    return `an object whose \`${inner}\` is ${showPlain(limit)}`
  }
  if (Array.isArray(value) && value.length === 0) return 'an empty array'
  if (['omit', 'uri'].includes(name) && Array.isArray(value)) {
    const index = value.findIndex((one) => !(name === 'omit' ? isPattern(one) : text.test(one)))
    return `an array whose item ${index} is ${show(value[index])}`
  }
  return PLAIN.includes(name) ? showPlain(value) : show(value)
}

function showPlain(value: unknown): string {
  return typeof value === 'string' && value.length <= LONGEST_SHOWN ? inspect(value) : show(value)
}

/** An application may have the options of several brokers, and choose by `uri`; or its `uri` leads to the wrong one. */
function warnOfForeign(options: object, own: OptionRules['checks']): void {
  for (const { schemes, checks } of BUILT_IN) {
    for (const name of Object.keys(checks)) {
      if (name in own || (options as Record<string, unknown>)[name] === undefined) continue
      warn(name, `is of the ${schemes[0]} adapter, and has no effect with this \`uri\`.`)
    }
  }
}

const warned = new Set<string>()

function warnOfUnknown(options: object, known: readonly string[], where = ''): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    const suggestion = near === undefined ? '' : ` Did you mean \`${where}${near}\`?`
    warn(where + name, `is not an option of feathers-sync.${suggestion}`)
  }
}

/** Once for each option. */
function warn(name: string, text: string): void {
  if (warned.has(name)) return
  warned.add(name)
  process.emitWarning(`\`${name}\` ${text}`, { type: 'FeathersSyncWarning' })
}

/** Names the type of a value, never its content: it may hold credentials. */
function show(value: unknown): string {
  if (value === undefined || value === null || value === '') return inspect(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
