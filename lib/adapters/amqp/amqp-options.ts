import { type Check, has, type OptionRules, object } from '../adapter-options.js'
import { LIBRARY } from '../library.js'
import { serverUriProblem } from '../server-uri.js'
import { CONNECTION_NAMES } from './connection-names.js'

/** The part of an amqplib connection that is used. */
export interface AmqpConnectionLike {
  createChannel(): Promise<unknown>
  on(event: string, listener: (...args: unknown[]) => void): unknown
  off(event: string, listener: (...args: unknown[]) => void): unknown
}

/** What the AMQP adapter takes. */
export interface AmqpOptions {
  /**
   * Options of amqplib's `connect`, such as `clientProperties`, `ca`, `cert` and `key`. What feathers-sync 3 took for
   * amqp-connection-manager (`connectionOptions`, `heartbeatIntervalInSeconds`, `reconnectTimeInSeconds`, `findServers`) is
   * mapped.
   */
  amqpConnectionOptions?: object
  /**
   * A connection of yours: what the `connect` of amqplib 0.10 to 2, made with its option `recovery` or not, resolves with. It gets
   * channels of its own and is never closed; a `uri` beside it only names it.
   */
  amqpConnection?: AmqpConnectionLike
}

const connection: Check = {
  test: (value) =>
    has(value, 'createChannel', 'on', 'off') &&
    !has(value, 'isConnected') && // amqp-connection-manager's
    (value as AmqpConnectionLike).createChannel.length < 2, // no callback
  expected:
    "a connection: what amqplib's `connect`, of its promise API, resolves with (await it); no channel, and no connection of " +
    'amqplib/callback_api or amqp-connection-manager'
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
  checks: { amqpConnectionOptions: object, amqpConnection: connection },
  key: exchange,
  uriProblem: serverUriProblem,
  names: { amqpConnectionOptions: CONNECTION_NAMES },
  check: checkAmqpOptions
} as const satisfies OptionRules

/** Seconds of silence after which a connection counts as dead: what amqp-connection-manager uses, not the server's 60. */
const HEARTBEAT = 5

const MAX_SECONDS = 65_535

/** How long a connection may take to open, in ms. */
const CONNECT_TIMEOUT = 5000

/** What amqplib takes from the query of the URI only. */
const IN_THE_QUERY = ['heartbeat', 'channelMax', 'frameMax', 'maxFrameSize', 'locale'] as const

const IN_THE_URI = 'it belongs in the `uri` option: amqp://user:password@host:5672/vhost'
const NO_CHANNEL = 'the channel is made by feathers-sync, without such options: leave it out'

/** What can be neither handed on nor mapped, and what to do instead. */
const REFUSED: Record<string, string> = {
  ...Object.fromEntries(
    ['protocol', 'hostname', 'host', 'port', 'username', 'password', 'vhost'].map((name) => [
      name,
      IN_THE_URI
    ])
  ),
  ...Object.fromEntries(['setup', 'json', 'confirm', 'publishTimeout'].map((name) => [name, NO_CHANNEL])),
  signal: 'it is used by feathers-sync itself: leave it out',
  recovery:
    'feathers-sync connects again by itself, with growing pauses and as often as it takes; `reconnectTimeInSeconds` makes them constant'
}

/** The names that feathers-sync 3 took, for amqp-connection-manager. */
interface ManagerOptions {
  heartbeatIntervalInSeconds?: number
  reconnectTimeInSeconds?: number
  connectionOptions?: object
  findServers?: unknown
}

/** What amqplib's `connect` takes besides the URI. */
interface ConnectOptions {
  clientProperties?: Record<string, unknown>
  [socketOption: string]: unknown
}

/**
 * Checks `amqpConnectionOptions`, and that no connection is there which they can't apply to.
 *
 * @throws TypeError naming the option that can't be used, and what to do instead
 */
export function checkAmqpOptions({ amqpConnectionOptions, amqpConnection }: AmqpOptions): void {
  if (amqpConnectionOptions === undefined) return
  if (amqpConnection !== undefined) {
    throw new TypeError(
      'feathers-sync: `amqpConnectionOptions` are for a connection that feathers-sync makes, and `amqpConnection` is made ' +
        'already: leave one of them out'
    )
  }
  const given = amqpConnectionOptions as ManagerOptions
  const { connectionOptions = {}, findServers } = given
  expectObject('connectionOptions', connectionOptions)
  for (const name of Object.keys({ ...connectionOptions, ...given })) {
    if (Object.hasOwn(REFUSED, name)) throw refusal(name, `can't be used: ${REFUSED[name]}`)
  }
  if (findServers !== undefined && typeof findServers !== 'function')
    throw refusal('findServers', 'has to be a function')
  for (const name of ['heartbeatIntervalInSeconds', 'reconnectTimeInSeconds'] as const) {
    expectSeconds(name, given[name])
  }
}

/** The constant pause between attempts, in ms, where there is one. amqp-connection-manager takes 0 for unset, too. */
export function retryPause(given: object | undefined): number | undefined {
  const { reconnectTimeInSeconds } = { ...given } as ManagerOptions
  return reconnectTimeInSeconds ? reconnectTimeInSeconds * 1000 : undefined
}

/**
 * `amqpConnectionOptions` as amqplib's `connect` takes them.
 *
 * @param signal destroys the sockets
 * @param name shown in the server's list of connections
 */
export function connectOptions(given: object | undefined, signal: AbortSignal, name: string): ConnectOptions {
  const { heartbeatIntervalInSeconds, reconnectTimeInSeconds, findServers, connectionOptions, ...options } = {
    ...given
  } as ManagerOptions & ConnectOptions
  const merged: ConnectOptions = { timeout: CONNECT_TIMEOUT, noDelay: true, ...connectionOptions, ...options }
  const clientProperties = { ...LIBRARY, connection_name: name, ...merged.clientProperties }
  return { ...merged, clientProperties, signal }
}

/** The URI, with what amqplib takes only from there. What stands in it already wins. */
export function amqpUri(uri: string, given: object = {}): string {
  const url = new URL(uri.replace(/^\s*(amqps?:)(\/\/(?=[/?]|\s*$)|(?=\?|\s*$))/i, '$1//localhost'))
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

/** The user and the password in a URI, which amqplib would read as Latin-1. */
export function credentialsOf(uri: string): [user: string, password: string] | undefined {
  const { username, password } = new URL(uri)
  if (!username && !password) return undefined
  return [decodeURIComponent(username), decodeURIComponent(password)]
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
