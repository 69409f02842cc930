import type { Container } from 'inversify'
import type { AdapterOptions } from '../adapters/adapter-options.js'
import type { AmqpOptions } from '../adapters/amqp/amqp-options.js'
import type { NatsOptions } from '../adapters/nats/nats-options.js'
import { redact } from '../adapters/redact.js'
import type { RedisOptions } from '../adapters/redis/redis-options.js'
import { namesHost, serverUris } from '../adapters/server-uris.js'
import type { HistoryLimit } from '../delivery/send/history.js'
import type { BridgeOptions } from '../feathers/bridge-options.js'
import type { SerializerFunctions } from '../message/serializer.js'
import type { SealingKeys } from '../sealing/sealing-keys.js'
import { type SecretOption, sealingKeys } from '../sealing/secret-option.js'
import { type BuiltIn, SCHEMES } from './built-in.js'
import { checkBuiltInOptions, checkOptions } from './option-checks.js'

/** What `sync` asks of a container: ours, or a `Container` of your own copy of inversify. */
export type SyncContainer = Pick<Container, 'get' | 'isBound' | 'isCurrentBound'>

/** Options of every adapter. */
export interface CommonOptions<Services = unknown> extends BridgeOptions<Services>, SerializerFunctions {
  /**
   * Where the broker is: `redis://user:password@host:6379`. The scheme picks the adapter. AMQP and NATS take several servers:
   * `['amqp://a', 'amqp://b']`, or `'amqp://a,amqp://b'`.
   */
  uri?: string | readonly string[]
  /** The name of the adapter, where no scheme says it. */
  adapter?: string
  /**
   * Redis channel, AMQP exchange, NATS subject: only instances with the same key share events. A Redis database
   * number does not isolate. Default: `feathers-sync`
   */
  key?: string
  /** After how many ms without a proven connection `app.sync.ready` rejects; trying goes on. Default: never. */
  connectTimeout?: number
  /**
   * How long `app.sync.close()` and `app.teardown()` may take to send what waits and to leave, in ms. What could not be
   * sent by then is reported. Default: 3000
   */
  closeTimeout?: number
  /**
   * The latest events of this instance that are kept: while the broker is away they wait here, and what others miss is
   * retransmitted from here. The oldest are evicted first; while the broker takes what it gets, up to 4 times as many may wait. It
   * takes up to `bytes` of memory and 8 bytes for each event, and up to a third more if events are large. Default:
   * `{ events: 50_000, bytes: 33_554_432 }` (32 MiB)
   */
  history?: Partial<HistoryLimit>
  /**
   * How often this instance announces its last event's sequence number if it sends none, in ms, at least 100. By what comes back a
   * dead connection is noticed, within 3 to 4 of these. The same for all instances. 0: never; then the loss of the last
   * events before a pause, and a connection that only looks alive, stay unnoticed. Default: 5000
   */
  heartbeat?: number
  /**
   * What this instance is called in `app.sync.stats().peers` of the others, where its host, process id and version of feathers-sync
   * are as well: 1 to 64 printable characters. `false`: it sends none of it. Default: no name
   */
  name?: string | false
  /**
   * Only those who know it can send events to this instance, or read its own: all messages are encrypted and authenticated (AES-256-GCM).
   * The same for all instances of a `key`; use the output of `openssl rand -base64 32`. A list: the first one seals, all open. While it is
   * introduced: `{ keys, plain: 'send' | 'accept' | 'refuse' }`. The clocks of all machines may differ by up to 60 s. Default:
   * none. An `undefined` that is given is refused: an environment variable that is not set must not turn this off
   */
  secret?: SecretOption | undefined
  /** A container with bindings of your own: a custom adapter, a `Serializer`, an `EventBridge`. */
  container?: SyncContainer
}

/** Options of the Redis adapter. */
export interface RedisSyncOptions<Services = unknown> extends CommonOptions<Services>, RedisOptions {
  uri?: string
}

/** Options of the AMQP adapter. */
export interface AmqpSyncOptions<Services = unknown> extends CommonOptions<Services>, AmqpOptions {}

/** Options of the NATS adapter. */
export interface NatsSyncOptions<Services = unknown> extends CommonOptions<Services>, NatsOptions {}

/** Options of the embedded adapter. `uri` is `ipc:` (a socket derived from `key` and the user) or `ipc:///path/to.sock`. */
export interface IpcSyncOptions<Services = unknown> extends CommonOptions<Services> {
  uri?: string
}

/** Options of `sync`. What a custom adapter takes beyond them is handed on to it untouched. */
export interface SyncOptions<Services = unknown>
  extends CommonOptions<Services>,
    RedisOptions,
    AmqpOptions,
    NatsOptions {}

/** The options with defaults. */
export interface ResolvedOptions extends Readonly<Omit<SyncOptions, 'secret'>>, AdapterOptions {
  readonly uri?: string | readonly string[]
  readonly adapter: string
  readonly key: string
  readonly mode: 'both' | 'send' | 'receive'
  readonly wire: 3 | 4
  readonly history: HistoryLimit
  readonly heartbeat: number
  readonly closeTimeout: number
  readonly secret?: SealingKeys
  /** What a custom adapter takes. */
  readonly [option: string]: unknown
}

const DEFAULTS = { mode: 'both', key: 'feathers-sync', heartbeat: 5000, closeTimeout: 3000, wire: 4 } as const

/** Some ten seconds at 5,000 events a second: a broker's restart. */
const HISTORY: HistoryLimit = { events: 50_000, bytes: 32 * 1024 * 1024 }

/**
 * Checks the options that every adapter has, and picks the adapter.
 *
 * @param name the adapter, where the options don't say it
 * @throws TypeError naming the option, what it got and what is expected
 */
export function resolveOptions(options: SyncOptions, name?: string): ResolvedOptions {
  const uri: unknown = options?.uri
  // An empty one is most likely an environment variable that isn't set.
  if (uri === null || uri === '') throw missingUri()
  checkOptions(options)
  const adapter = name ?? options.adapter ?? schemeOf([options.uri ?? hintAtUrl(options)].flat()[0])
  const { secret, ...others } = options
  const { key = DEFAULTS.key } = options
  return {
    ...DEFAULTS,
    ...withoutUndefined(others),
    history: { ...HISTORY, ...withoutUndefined(options.history ?? {}) },
    adapter,
    ...(secret !== undefined && { secret: sealingKeys(secret, key) })
  }
}

/**
 * Checks what only the adapters that come with feathers-sync can say no to: the URI, their own options, other names.
 *
 * @throws TypeError naming the option, what it got and what is expected
 */
export function checkBuiltIn(options: ResolvedOptions, ours: BuiltIn): void {
  if (options.uri !== undefined) checkUri(options.uri, options.adapter, ours)
  checkBuiltInOptions(options, ours)
}

function checkUri(uri: string | readonly string[], adapter: string, ours: BuiltIn): void {
  const { schemes, oneServer } = ours
  const uris = oneServer ? [uri].flat() : serverUris(uri)
  const refused = (text: string) =>
    new TypeError(`feathers-sync: the \`uri\` option ${text}, got ${redact(uri)}`)
  if (uris.some((one) => !schemes.includes(schemeOf(one)))) {
    const expected = schemes.map((scheme) => `${scheme}:`).join(' or ')
    throw refused(`of the ${adapter} adapter has to start with ${expected}`)
  }
  if (oneServer && typeof uri !== 'string') {
    throw refused(`of the ${adapter} adapter has to be one URI, not a list: ${oneServer}`)
  }
  if (uris.length > 1 && !uris.every(namesHost)) throw refused('has a server without a host in its list')
  for (const one of uris) {
    const problem = ours.uriProblem(one)
    if (problem) throw refused(problem)
    if (!URL.canParse(one)) throw invalidUri(one)
  }
}

/** The error for a name that is neither ours nor bound in the user's container. That of a host: the scheme is missing. */
export function invalidAdapter(name: string, uri?: string | readonly string[]): TypeError {
  const hostAndPort = [uri].flat().find((one) => one !== undefined && /^\s*[\w.-]+:\d+(\/|$)/.test(one))
  if (hostAndPort !== undefined) return invalidUri(hostAndPort)
  const schemes = SCHEMES.map((scheme) => `${scheme}:`).join(', ')
  return new TypeError(
    `feathers-sync: ${name} is an invalid adapter. There are ${schemes}; an adapter of your own is registered with ` +
      `container.bind(SyncAdapter).to(YourAdapter).whenNamed('${name}') and the \`container\` option`
  )
}

/** @throws TypeError where there is no URI, or none that has a scheme. What follows it is the adapter's own. */
function schemeOf(uri: string | undefined): string {
  if (uri === undefined) throw missingUri()
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]
  if (scheme === undefined) throw invalidUri(uri)
  return scheme.toLowerCase()
}

/** @throws TypeError where the URI has the name that it has in node-redis */
function hintAtUrl(options: object): undefined {
  if ('url' in options) throw missingUri('. `url` is not an option, `uri` was meant')
}

function missingUri(hint = ''): TypeError {
  return new TypeError(
    'A `uri` option with the database connection string has to be provided to feathers-sync, ' +
      `such as redis://localhost:6379, amqp://localhost:5672, nats://localhost:4222 or ipc:${hint}`
  )
}

function invalidUri(uri: string): TypeError {
  return new TypeError(
    `feathers-sync: the \`uri\` option has to be a URI such as redis://localhost:6379, got ${redact(uri)}`
  )
}

function withoutUndefined<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options
}
