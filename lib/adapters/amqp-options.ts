import type { RecoveryOptions } from 'amqplib'
import type { ResolvedOptions } from '../options.js'

/** Seconds of silence after which a connection counts as dead: what amqp-connection-manager uses, not the server's 60. */
const HEARTBEAT = 5

/** How long a connection may take to open, in ms. */
const CONNECT_TIMEOUT = 5000

/** The names that feathers-sync 3 took, for amqp-connection-manager. */
interface ManagerOptions {
  heartbeatIntervalInSeconds?: number
  reconnectTimeInSeconds?: number
  connectionOptions?: object
}

interface ConnectOptions {
  recovery?: RecoveryOptions
  [socketOption: string]: unknown
}

/** `amqpConnectionOptions` as amqplib's `connect` takes them. */
export function connectOptions(given: object = {}): ConnectOptions {
  const {
    heartbeatIntervalInSeconds: _inTheUri,
    reconnectTimeInSeconds,
    connectionOptions,
    ...options
  } = given as ManagerOptions & ConnectOptions
  const delay = reconnectTimeInSeconds === undefined ? undefined : reconnectTimeInSeconds * 1000
  const recovery =
    delay === undefined ? options.recovery : { initialDelay: delay, maxDelay: delay, ...options.recovery }
  return { timeout: CONNECT_TIMEOUT, noDelay: true, ...connectionOptions, ...options, recovery }
}

/** The URI with a heartbeat, which amqplib takes from there only. */
export function amqpUri({ uri = 'amqp://localhost', amqpConnectionOptions }: ResolvedOptions): string {
  const url = new URL(uri)
  const { heartbeatIntervalInSeconds = HEARTBEAT } = { ...amqpConnectionOptions } as ManagerOptions
  if (!url.searchParams.has('heartbeat'))
    url.searchParams.set('heartbeat', String(heartbeatIntervalInSeconds))
  return url.href
}
