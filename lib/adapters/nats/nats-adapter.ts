import { injectable } from 'inversify'
import type { AdapterOptions } from '../adapter-options.js'
import { serverUris } from '../server-uris.js'
import { settledWithin } from '../settled-within.js'
import { type ServerInfo, SyncAdapter } from '../sync-adapter.js'
import { dial, type GivenOptions } from './dial.js'
import type { NatsConnectionLike, NatsDriver, NatsServerInfo, NatsStatus } from './nats-connection.js'
import { refusedSubject } from './nats-connection.js'
import { loadNatsDriver } from './nats-driver.js'
import type { NatsOptions } from './nats-options.js'
import { announcedBy, distinct, localServer, type NatsServer, serversIn } from './servers.js'
import { CLOSED, Subscription } from './subscription.js'

/** How long `close()` waits for what was sent, in ms. */
const FLUSH_TIMEOUT = 1000

const CLOSED_BY_OWNER =
  'needs an open connection: the one in `natsConnection` is closed, by its owner or by its own options about reconnecting ' +
  '(`maxReconnectAttempts: -1` has it try for ever), and a closed one can not be opened again'

type Authenticator = (nonce?: string) => object | undefined

/** Of `natsConnectionOptions`, what is used here. */
interface ConnectionOptions extends GivenOptions {
  servers?: string | string[]
  port?: number
  authenticator?: Authenticator | Authenticator[]
}

/**
 * One connection, one subscription to the subject `key`. nats.js could reconnect by itself, but neither be stopped in an
 * attempt nor close its socket where a server doesn't answer: so the base class does that. A connection that was handed in
 * reconnects as its owner has told it to, and is neither drained nor closed.
 */
@injectable()
export class NatsAdapter extends SyncAdapter {
  override readonly type = 'nats'
  declare options: AdapterOptions & NatsOptions
  override readonly echoes = true

  #connection: NatsConnectionLike | undefined
  #subscription: Subscription | undefined
  /** The server that an own connection leads to. */
  #server: NatsServer | undefined
  #lastInfo: NatsServerInfo | undefined
  /** The other servers of the cluster, as the last one has announced them. */
  #announced: NatsServer[] = []
  /** The `reject`s of the messages that the server has not confirmed. */
  readonly #unanswered = new Set<(error: Error) => void>()

  /** What the server says it takes, 1 MiB unless configured: it may change while connected. */
  override get maxPayload(): number {
    return this.#info?.max_payload ?? 1024 * 1024
  }

  override async serverInfo(): Promise<ServerInfo> {
    const { version, cluster, server_name } = this.#info ?? {}
    const isNamed = server_name !== undefined && !/^N[A-Z2-7]{55}$/.test(server_name) // else it is its id
    const name = isNamed ? [`server ${server_name}`] : []
    return {
      product: 'NATS',
      version,
      notes: cluster === undefined ? name : [...name, `cluster ${cluster}`]
    }
  }

  protected override async doConnect(
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal
  ): Promise<void> {
    const given = this.options.natsConnection
    if (given?.isClosed()) throw this.error('options', CLOSED_BY_OWNER)
    const connection = given ?? (await this.#dial(signal))
    if (!connection) return
    this.#connection = connection
    this.#lastInfo = connection.info
    let live = false
    let refusal: Error | undefined
    const subscription = new Subscription(connection, this.options.key, {
      receive,
      refused: (error) => {
        refusal = error
        if (live) this.lost(this.#forbidden(error))
      },
      ended: () => {
        if (live && given) this.away(new Error(CLOSED_BY_OWNER))
      },
      status: (status) => this.#onStatus(status, signal)
    })
    this.#subscription = subscription
    await subscription.confirmed()
    if (refusal) throw this.#forbidden(refusal)
    live = true
    if (!given) this.#watch(connection, signal)
  }

  protected override doPublish(bytes: Uint8Array): Promise<void> {
    const connection = this.#connection
    // The driver drops in silence what it is given while away: then this isn't called.
    if (!connection) throw new Error(CLOSED)
    connection.publish(this.options.key, bytes)
    // It takes any amount at once: a slow server would fill the memory, and no events would share a message.
    return new Promise((resolve, reject) => {
      this.#unanswered.add(reject)
      const settle = (error?: unknown) => {
        this.#unanswered.delete(reject)
        if (error === undefined) resolve()
        else reject(error)
      }
      // A refusal is sent before the answer to the flush, but the driver passes it on a little later.
      connection.flush().then(() => void setImmediate(settle), settle)
    })
  }

  protected override async doClose(): Promise<void> {
    const [connection, subscription] = [this.#connection, this.#subscription]
    this.#connection = undefined
    this.#subscription = undefined
    this.#announced = this.#announcedNow()
    if (connection && !connection.isClosed()) await settledWithin(FLUSH_TIMEOUT, connection.flush())
    this.#rejectUnanswered(new Error(CLOSED)) // the driver forgets them
    subscription?.end()
    if (connection !== this.options.natsConnection) await connection?.close()
  }

  /** Loads the driver: `nats` or, where that isn't installed, `@nats-io/transport-node`. */
  protected driver(): Promise<NatsDriver> {
    return loadNatsDriver()
  }

  /** The latest; a connection that is lost has none. Read before each message, so for each heartbeat at least. */
  get #info(): NatsServerInfo | undefined {
    this.#lastInfo = this.#connection?.info ?? this.#lastInfo
    return this.#lastInfo
  }

  /** @returns nothing if the signal was aborted */
  async #dial(signal: AbortSignal): Promise<NatsConnectionLike | undefined> {
    const { servers, port, authenticator, ...options } = {
      ...this.options.natsConnectionOptions
    } as ConnectionOptions
    const named = serversIn([...serverUris(this.options.uri), ...[servers ?? []].flat()])
    const known = distinct([...named, ...this.#announced])
    const dialed = await dial(
      await this.driver(),
      known.length > 0 ? known : [localServer(port)],
      { ...options, ...(authenticator && { authenticator: this.#authenticators([authenticator].flat()) }) },
      signal
    )
    if (!dialed) return undefined
    if ('kind' in dialed) {
      const { kind, text, cause } = dialed
      throw this.error(kind, `${kind === 'auth' ? 'was refused' : 'could not connect'}: ${text}`, cause)
    }
    this.#server = dialed.server
    return dialed.connection
  }

  #announcedNow(): NatsServer[] {
    const { connect_urls = [], tls_required, tls_available } = this.#info ?? {}
    const { natsConnectionOptions } = this.options
    if (!this.#server || (natsConnectionOptions as { ignoreClusterUpdates?: boolean })?.ignoreClusterUpdates)
      return []
    return announcedBy(this.#server, connect_urls, Boolean(tls_required || tls_available))
  }

  /** The same, with what they make hidden. */
  #authenticators(given: Authenticator[]): Authenticator[] {
    return given.map((authenticator) => (nonce) => {
      const credentials = this.#credentials(authenticator, nonce)
      if (credentials) this.hide(credentials)
      return credentials
    })
  }

  #credentials(authenticator: Authenticator, nonce: string | undefined): object | undefined {
    try {
      return authenticator(nonce)
    } catch (error) {
      const text =
        'could not connect: `natsConnectionOptions.authenticator` threw. credsAuthenticator() takes the content of a ' +
        "credentials file, as await readFile('user.creds') reads it, and nkeyAuthenticator() a seed as bytes"
      throw this.error('options', text, error)
    }
  }

  #rejectUnanswered(error: Error): void {
    for (const reject of this.#unanswered) reject(error)
  }

  #onStatus(status: NatsStatus, signal: AbortSignal): void {
    this.debug('status: %o', status)
    if (signal.aborted) return
    const { key, natsConnection } = this.options
    if (refusedSubject(status) === key) {
      const text = `Permissions Violation: the user has no right to publish to '${key}'. ${permissions(key)}`
      this.#rejectUnanswered(this.error('publish', 'could not publish', new Error(text)))
    }
    if (!natsConnection) return
    if (status.type === 'disconnect') this.away(new Error('the connection in `natsConnection` was lost'))
    if (status.type === 'reconnect') this.#onReturn()
  }

  /** The driver has subscribed again: is that live? */
  #onReturn(): void {
    const subscription = this.#subscription
    subscription?.confirmed().then(
      () => subscription === this.#subscription && this.back(),
      (error) => this.debug('lost again: %o', error)
    )
  }

  #forbidden(refusal: Error): Error {
    const { key } = this.options
    return this.error('auth', `may not subscribe to '${key}'. ${permissions(key)}`, refusal)
  }

  #watch(connection: NatsConnectionLike, signal: AbortSignal): void {
    connection
      .closed()
      .then((error) => !signal.aborted && this.lost(error ?? new Error('the server closed the connection')))
      .catch((error) => this.debug('closed: %o', error))
  }
}

/** What the user needs, as the server's configuration has it. */
function permissions(key: string): string {
  const subject = JSON.stringify(key)
  return `\`key\` is the subject, and the user needs \`permissions: { publish: ${subject}, subscribe: ${subject} }\``
}
