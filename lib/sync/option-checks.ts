import { inspect } from 'node:util'
import { closest } from 'fastest-levenshtein'

interface Check {
  test(value: unknown): boolean
  expected: string
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const has = (value: unknown, ...methods: string[]): boolean =>
  isObject(value) &&
  methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')

const object: Check = {
  test: (value) => isObject(value) && !Array.isArray(value),
  expected: 'an object'
}
const text: Check = {
  test: (value) => typeof value === 'string' && value !== '',
  expected: 'a non-empty string'
}
const fn: Check = { test: (value) => typeof value === 'function', expected: 'a function' }
const redisClient: Check = {
  test: (value) => has(value, 'duplicate'),
  expected: 'a node-redis client, which has a duplicate() function'
}
const natsConnectionOptions: Check = {
  test: (value) => object.test(value) && !(value as { noEcho?: unknown }).noEcho,
  expected: 'an object, and natsConnectionOptions.noEcho not set: an instance has to hear itself'
}
const history: Check = {
  test: (value) =>
    object.test(value) &&
    Object.entries(value as object).every(
      ([name, limit]) =>
        ['events', 'bytes'].includes(name) && (limit === undefined || (Number.isInteger(limit) && limit > 0))
    ),
  expected: 'an object with `events` and `bytes`, whole numbers from 1'
}
const MODES: readonly unknown[] = ['both', 'send', 'receive']

/** Options of every adapter. */
const COMMON: Record<string, Check> = {
  uri: { test: (value) => typeof value === 'string', expected: 'a string' },
  adapter: text,
  key: text,
  serialize: fn,
  deserialize: fn,
  mode: { test: (value) => MODES.includes(value), expected: "'both', 'send' or 'receive'" },
  filter: fn,
  context: fn,
  wire: { test: (value) => value === 3 || value === 4, expected: '3 or 4' },
  history,
  heartbeat: {
    test: (value) => typeof value === 'number' && value >= 0 && value <= 2 ** 30,
    expected: 'a number of milliseconds from 0 (none) to 1073741824'
  },
  connectTimeout: {
    test: (value) => typeof value === 'number' && value >= 1 && value <= 2 ** 31 - 1,
    expected: 'a number of milliseconds from 1 to 2147483647'
  },
  container: {
    test: (value) => has(value, 'get', 'isBound', 'isCurrentBound'),
    expected: 'an inversify Container, such as createContainer() returns'
  }
}

/** Options of the adapters that come with feathers-sync; a custom adapter's of the same name may be something else. */
const BUILT_IN: Record<string, Check> = {
  redisClient,
  db: redisClient,
  redisOptions: object,
  amqpConnectionOptions: object,
  natsConnectionOptions
}

const KNOWN = Object.keys({ ...COMMON, ...BUILT_IN })

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
}

/**
 * Checks what a built-in adapter is given beyond that, and warns, once each, of names that it doesn't know.
 *
 * @throws TypeError naming the option, what it got and what is expected
 */
export function checkBuiltInOptions(options: object): void {
  check(options, BUILT_IN)
  for (const name of Object.keys(options)) if (!KNOWN.includes(name)) warnOfUnknown(name)
}

function check(options: object, checks: Record<string, Check>): void {
  for (const [name, { test, expected }] of Object.entries(checks)) {
    const value = (options as Record<string, unknown>)[name]
    if (value === undefined || test(value)) continue
    const problem = expected === fn.expected ? 'is not a function' : `has to be ${expected}`
    const got = name === 'mode' ? inspect(value) : show(value)
    throw new TypeError(`\`${name}\` option provided to feathers-sync ${problem}, got ${got}`)
  }
}

const warned = new Set<string>()

function warnOfUnknown(name: string): void {
  if (warned.has(name)) return
  warned.add(name)
  process.emitWarning(
    `\`${name}\` is not an option of feathers-sync. Did you mean \`${closest(name, KNOWN)}\`?`,
    { type: 'FeathersSyncWarning' }
  )
}

/** Names the type of a value, never its content: it may hold credentials. */
function show(value: unknown): string {
  if (value === undefined || value === null || value === '') return inspect(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
