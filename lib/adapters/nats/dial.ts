import { isIP } from 'node:net'
import { connecting } from '../connecting.js'
import { explained, type Failure, together } from './failures.js'
import type { NatsConnectionLike, NatsDriver } from './nats-connection.js'
import type { NatsServer } from './servers.js'

/** How long a server may take to connect, unless `natsConnectionOptions.timeout` says otherwise, in ms. */
const CONNECT_TIMEOUT = 5000

/** How much a server may say before it is connected, in bytes: one line, which the driver puts together anew with each part of it. */
const MAX_INFO = 256 * 1024

/** Of `natsConnectionOptions`, what is used here. */
export interface GivenOptions {
  noRandomize?: boolean
  tls?: object | boolean | null
}

/** A connection, and the server that it leads to. */
export interface Dialed {
  readonly connection: NatsConnectionLike
  readonly server: NatsServer
}

/**
 * Connects to one of the servers, by the driver's `connect` for each in turn: it has one set of credentials for all, and throws
 * away what the others said.
 *
 * @returns nothing if the signal was aborted,
 *  or a Failure where none of them can be connected to
 */
export async function dial(
  driver: NatsDriver,
  servers: readonly NatsServer[],
  options: GivenOptions,
  signal: AbortSignal
): Promise<Dialed | Failure | undefined> {
  const failures: Failure[] = []
  for (const server of options.noRandomize ? servers : shuffled(servers)) {
    try {
      const connection = await connecting(signal, { most: MAX_INFO, keeps: 'last' }, (failed) =>
        driver.connect(optionsFor(server, options, failed))
      )
      if (!signal.aborted) return { connection, server }
      await connection.close()
    } catch (error) {
      failures.push(explained(error, server))
    }
    if (signal.aborted) return undefined
  }
  return together(failures)
}

function optionsFor(server: NatsServer, options: GivenOptions, signal: AbortSignal): object {
  return {
    timeout: CONNECT_TIMEOUT,
    ...server.credentials,
    ...options,
    tls: tlsFor(server, options.tls, signal),
    servers: [server.address],
    ignoreClusterUpdates: true, // they are tried here, with their credentials and name in TLS
    reconnect: false,
    waitOnFirstConnect: false
  }
}

/** The driver checks the certificate of an IP address as if that were `localhost`. */
function tlsFor(
  { tls, host, servername }: NatsServer,
  given: GivenOptions['tls'],
  signal: AbortSignal
): GivenOptions['tls'] {
  if (!given && !tls) return given
  const name = servername === undefined ? isIP(host) && { host } : { servername }
  return { ...name, signal, ...(given as object) }
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }))
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item)
}
