import { inspect } from 'node:util'
import { closest } from 'fastest-levenshtein'

interface Check {
  test(value: unknown): boolean
  expected: string
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const has = (value: unknown, method: string): boolean =>
  isObject(value) && typeof (value as Record<string, unknown>)[method] === 'function'

const object: Check = { test: isObject, expected: 'an object' }
const text: Check = {
  test: (value) => typeof value === 'string' && value !== '',
  expected: 'a non-empty string'
}
const fn: Check = { test: (value) => typeof value === 'function', expected: 'a function' }
const redisClient: Check = {
  test: (value) => has(value, 'duplicate'),
  expected: 'a node-redis client (it has no duplicate() function)'
}

const CHECKS: Record<string, Check> = {
  uri: { test: (value) => value === null || typeof value === 'string', expected: 'a string' },
  adapter: text,
  key: text,
  serialize: fn,
  deserialize: fn,
  mode: {
    test: (value) => value === 'both' || value === 'send' || value === 'receive',
    expected: "'both', 'send' or 'receive'"
  },
  filter: fn,
  connectTimeout: {
    test: (value) => typeof value === 'number' && value > 0 && value <= 2 ** 31 - 1,
    expected: 'a number of milliseconds from 1 to 2147483647'
  },
  container: {
    test: (value) => has(value, 'get') && has(value, 'isBound'),
    expected: 'an inversify Container, such as createContainer() returns'
  },
  redisClient,
  db: redisClient,
  redisOptions: object,
  amqpConnectionOptions: object,
  natsConnectionOptions: object
}

/**
 * Checks the type of each option that feathers-sync itself takes.
 *
 * @throws TypeError naming the option, what it got and what is expected
 */
export function checkOptions(options: object): void {
  if (!isObject(options)) {
    throw new TypeError(`feathers-sync: the options have to be an object, got ${show(options)}`)
  }
  for (const [name, { test, expected }] of Object.entries(CHECKS)) {
    const value = (options as Record<string, unknown>)[name]
    if (value === undefined || test(value)) continue
    throw new TypeError(
      expected === fn.expected
        ? `\`${name}\` option provided to feathers-sync is not a function, got ${show(value)}`
        : `\`${name}\` option provided to feathers-sync has to be ${expected}, got ${show(value)}`
    )
  }
}

const warned = new Set<string>()

/** Warns, once each, of names that no built-in adapter knows. */
export function warnOfUnknownOptions(options: object): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(CHECKS, name) || warned.has(name)) continue
    warned.add(name)
    process.emitWarning(
      `\`${name}\` is not an option of feathers-sync. Did you mean \`${closest(name, Object.keys(CHECKS))}\`?`,
      { type: 'FeathersSyncWarning' }
    )
  }
}

/** Names the type of a value, never its content: it may hold credentials. */
function show(value: unknown): string {
  if (value === null || value === '') return inspect(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
