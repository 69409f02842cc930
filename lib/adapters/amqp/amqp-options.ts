import type { RecoveryOptions } from 'amqplib'
import { type Check, type OptionRules, object } from '../adapter-options.js'
import { serverUriProblem } from '../server-uri.js'
import { CONNECTION_NAMES } from './connection-names.js'

/** What the AMQP adapter takes. */
export interface AmqpOptions {
  /**
   * Options of amqplib's `connect`: socket options and `recovery`. What feathers-sync 3 took for
   * amqp-connection-manager (`connectionOptions`, `heartbeatIntervalInSeconds`, `reconnectTimeInSeconds`) is mapped.
   */
  amqpConnectionOptions?: object
}

const exchange: Check = {
  test: (value) =>
    typeof value === 'string' &&
    Buffer.byteLength(value) <= 255 &&
    !value.startsWith('amq.') &&
    !/\p{Cc}/u.test(value),
  expected: 'the name of an exchange: at most 255 bytes, without control characters, not beginning with amq.'
}

export const amqpRules = {
  schemes: ['amqp', 'amqps'],
  checks: { amqpConnectionOptions: object },
  key: exchange,
  uriProblem: serverUriProblem,
  names: { amqpConnectionOptions: CONNECTION_NAMES },
  check: ({ amqpConnectionOptions }: AmqpOptions) => checkAmqpOptions(amqpConnectionOptions)
} as const satisfies OptionRules

/** Seconds of silence after which a connection counts as dead: what amqp-connection-manager uses, not the server's 60. */
const HEARTBEAT = 5

const MAX_SECONDS = 65_535

/** How long a connection may take to open, in ms. */
const CONNECT_TIMEOUT = 5000

/** What amqplib takes from the query of the URI only. */
const IN_THE_QUERY = ['heartbeat', 'channelMax', 'frameMax', 'maxFrameSize', 'locale'] as const

const OURS = 'it is used by feathers-sync itself: leave it out'
const IN_THE_URI = 'it belongs in the `uri` option: amqp://user:password@host:5672/vhost'
const NO_CHANNEL = 'the channel is made by feathers-sync, without such options: leave it out'

/** What can be neither handed on nor mapped, and what to do instead. */
const REFUSED: Record<string, string> = {
  findServers:
    "amqplib's recovery connects to one address. Name it in the `uri` option: a DNS name or a load balancer can stand " +
    'for several servers',
  ...Object.fromEntries(
    ['protocol', 'hostname', 'host', 'port', 'username', 'password', 'vhost'].map((name) => [
      name,
      IN_THE_URI
    ])
  ),
  ...Object.fromEntries(['setup', 'json', 'confirm', 'publishTimeout'].map((name) => [name, NO_CHANNEL])),
  signal: OURS,
  'recovery.enabled': OURS,
  'recovery.setup': OURS,
  'recovery.waitForConnect': OURS
}

/** The names that feathers-sync 3 took, for amqp-connection-manager. */
interface ManagerOptions {
  heartbeatIntervalInSeconds?: number
  reconnectTimeInSeconds?: number
  connectionOptions?: object
}

/** What amqplib's `connect` takes besides the URI. */
interface ConnectOptions {
  recovery?: RecoveryOptions
  [socketOption: string]: unknown
}

/**
 * Checks `amqpConnectionOptions`.
 *
 * @throws TypeError naming the option that can't be used, and what to do instead
 */
export function checkAmqpOptions(given: object = {}): void {
  const { connectionOptions = {}, recovery = {} } = given as ManagerOptions & ConnectOptions
  expectObject('connectionOptions', connectionOptions)
  expectObject('recovery', recovery)
  const names = Object.keys({ ...connectionOptions, ...given })
  for (const name of [...names, ...Object.keys(recovery).map((key) => `recovery.${key}`)]) {
    if (Object.hasOwn(REFUSED, name)) throw refusal(name, `can't be used: ${REFUSED[name]}`)
  }
  for (const name of ['heartbeatIntervalInSeconds', 'reconnectTimeInSeconds'] as const) {
    expectSeconds(name, (given as ManagerOptions)[name])
  }
}

/** `amqpConnectionOptions` as amqplib's `connect` takes them. It hands `signal`, which destroys them, on to its sockets. */
export function connectOptions(given: object | undefined, signal: AbortSignal): ConnectOptions {
  const { heartbeatIntervalInSeconds, reconnectTimeInSeconds, connectionOptions, ...options } = {
    ...given
  } as ManagerOptions & ConnectOptions
  const pause = (reconnectTimeInSeconds || 0) * 1000 // amqp-connection-manager takes 0 for unset, too
  const recovery = { ...(pause && { initialDelay: pause, maxDelay: pause }), ...options.recovery }
  return { timeout: CONNECT_TIMEOUT, noDelay: true, ...connectionOptions, ...options, signal, recovery }
}

/** The URI, with what amqplib takes only from there. What stands in it already wins. */
export function amqpUri(uri = 'amqp://localhost', given: object = {}): string {
  const url = new URL(uri)
  const { heartbeatIntervalInSeconds = HEARTBEAT, connectionOptions, ...options } = given as ManagerOptions
  const values: Record<string, unknown> = {
    heartbeat: heartbeatIntervalInSeconds,
    ...connectionOptions,
    ...options
  }
  for (const name of IN_THE_QUERY) {
    const value = values[name]
    if (value !== undefined && !url.searchParams.has(name)) url.searchParams.set(name, String(value))
  }
  return url.href
}

function expectObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw refusal(name, 'has to be an object')
}

/** A heartbeat has 16 bits on the wire; a pause that a timer can't count would be none. */
function expectSeconds(name: string, value: unknown = 0): void {
  if (typeof value === 'number' && value >= 0 && value <= MAX_SECONDS) return
  throw refusal(name, `has to be a number of seconds from 0 to ${MAX_SECONDS}`)
}

function refusal(name: string, text: string): TypeError {
  return new TypeError(`feathers-sync: \`amqpConnectionOptions.${name}\` ${text}`)
}
