import { injectable } from 'inversify'
import type { Authenticator, ConnectionOptions, NatsConnection } from 'nats'
import { reason } from '../../errors.js'
import type { AdapterOptions } from '../adapter-options.js'
import { loadDriver } from '../driver.js'
import { serverUris } from '../server-uris.js'
import { settledWithin } from '../settled-within.js'
import { SyncAdapter } from '../sync-adapter.js'
import { connecting } from './connecting.js'
import type { NatsOptions } from './nats-options.js'

/** How long the server may take to connect, and to answer, and how long `close()` waits for what was sent, in ms. */
const CONNECT_TIMEOUT = 5000
const FLUSH_TIMEOUT = 1000

const CLOSED = 'the connection is closed'

/**
 * One connection, one subscription to the subject `key`. nats.js could reconnect by itself, but neither be stopped in an
 * attempt nor close its socket where a server doesn't answer: so the base class does that.
 */
@injectable()
export class NatsAdapter extends SyncAdapter {
  override readonly type = 'nats'
  declare options: AdapterOptions & NatsOptions
  override readonly echoes = true

  #connection: NatsConnection | undefined
  /** The `reject`s of the messages that the server has not confirmed. */
  readonly #unanswered = new Set<(error: Error) => void>()
  /** The addresses of a cluster's other servers, as the last one has announced them. */
  #announced: string[] = []
  #maxPayload = 1024 * 1024

  /** What the server says it takes, 1 MiB unless configured: it may change while connected. */
  override get maxPayload(): number {
    this.#maxPayload = this.#connection?.info?.max_payload ?? this.#maxPayload
    return this.#maxPayload
  }

  protected override async doConnect(
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal
  ): Promise<void> {
    const { connect } = await loadDriver('nats', () => import('nats'))
    const connection = await connecting(signal, () => connect(this.#connectionOptions())).catch((error) => {
      throw isRefusal(error) ? this.error('auth', 'was refused', error) : error
    })
    if (signal.aborted) return await connection.close()
    this.#connection = connection
    this.#announced = connection.info?.connect_urls ?? []
    let live = false
    let refusal: Error | undefined
    connection.subscribe(this.options.key, {
      callback: (error, message) => {
        if (!error) return receive(message.data)
        refusal = error // the server ended the subscription
        if (live && !signal.aborted) this.lost(error)
      }
    })
    await this.#answered(connection)
    if (refusal) throw this.error('auth', 'may not subscribe', refusal)
    live = true
    this.#watch(connection, signal)
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    const connection = this.#connection
    // The driver drops in silence what it is given while away: then this isn't called.
    if (!connection) throw new Error(CLOSED)
    connection.publish(this.options.key, bytes)
    // It takes any amount at once: a slow server would fill the memory, and no events would share a message.
    await new Promise<void>((resolve, reject) => {
      this.#unanswered.add(reject)
      // A refusal is sent before the answer to the flush, but the driver passes it on a little later.
      const answered = connection.flush().then(() => new Promise<void>((done) => setImmediate(done)))
      answered.finally(() => this.#unanswered.delete(reject)).then(resolve, reject)
    })
  }

  protected override async doClose(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    if (!connection) return
    if (!connection.isClosed()) await settledWithin(FLUSH_TIMEOUT, connection.flush())
    this.#rejectUnanswered(new Error(CLOSED)) // the driver forgets them
    await connection.close()
  }

  #connectionOptions(): ConnectionOptions {
    const { uri, natsConnectionOptions } = this.options
    const { servers = [], ...options } = { ...natsConnectionOptions } as ConnectionOptions
    const uris = serverUris(uri).map(fromUri)
    const { server: _, ...credentials } = uris[0] ?? {}
    return {
      timeout: CONNECT_TIMEOUT,
      ...credentials,
      ...options,
      ...(options.authenticator && { authenticator: this.#authenticators([options.authenticator].flat()) }),
      servers: [
        ...new Set([...uris.map(({ server }) => server), ...[servers].flat(), ...this.#announced])
      ].filter((name) => name !== undefined),
      reconnect: false,
      waitOnFirstConnect: false
    }
  }

  /** Resolves when the server has all that was sent: where the connection is lost before, the driver's `flush()` never settles. */
  async #answered(connection: NatsConnection): Promise<void> {
    const lost = connection.closed().then((error) => {
      throw error ?? new Error(CLOSED)
    })
    const answered = Promise.race([connection.flush(), lost])
    if (!(await settledWithin(CONNECT_TIMEOUT, answered))) {
      throw new Error(`timeout: the server did not answer the subscription within ${CONNECT_TIMEOUT} ms`)
    }
    await answered
  }

  /** The same, with what they make hidden. */
  #authenticators(given: Authenticator[]): Authenticator[] {
    return given.map((authenticator) => (nonce) => {
      const credentials = authenticator(nonce)
      if (credentials) this.hide(credentials)
      return credentials
    })
  }

  #rejectUnanswered(error: Error): void {
    for (const reject of this.#unanswered) reject(error)
  }

  #watch(connection: NatsConnection, signal: AbortSignal): void {
    const follow = async () => {
      for await (const { type, data, permissionContext } of connection.status()) {
        this.debug('status: %s %o', type, data)
        if (signal.aborted) return
        if (permissionContext?.operation === 'publish') {
          const text = `Permissions Violation: the user has no right to publish to '${permissionContext.subject}'`
          this.#rejectUnanswered(this.error('publish', 'could not publish', new Error(text)))
        }
      }
    }
    follow().catch((error) => this.debug('status: %s', reason(error)))
    connection
      .closed()
      .then((error) => !signal.aborted && this.lost(error ?? new Error('the server closed the connection')))
      .catch((error) => this.debug('closed: %s', reason(error)))
  }
}

/** The server's address and the credentials in a URI; a lone user name is a token, as for the nats command. */
function fromUri(uri: string): Partial<Record<'server' | 'user' | 'pass' | 'token', string>> {
  const { host, username, password } = new URL(uri)
  const server = host || undefined // `nats://` alone: the driver's default
  const user = decodeURIComponent(username)
  if (password) return { server, user, pass: decodeURIComponent(password) }
  return user ? { server, token: user } : { server }
}

function isRefusal(error: { code?: string }): boolean {
  return error.code === 'AUTHORIZATION_VIOLATION' || error.code === 'BAD_AUTHENTICATION'
}
