import { injectable } from 'inversify'
import type { ConnectionOptions, NatsConnection } from 'nats'
import { reason } from '../../errors.js'
import type { AdapterOptions } from '../adapter-options.js'
import { loadDriver } from '../driver.js'
import { settledWithin } from '../settled-within.js'
import { SyncAdapter } from '../sync-adapter.js'
import type { NatsOptions } from './nats-options.js'

/** How long one attempt to connect may take, and how long `close()` waits for what was sent, in ms. */
const CONNECT_TIMEOUT = 5000
const FLUSH_TIMEOUT = 1000

/** The driver's pause between two attempts, in ms. Short: it can't be cut short by `close()`. */
const PAUSE = { reconnectTimeWait: 100, reconnectJitter: 400, reconnectJitterTLS: 400 }

const CLOSED = 'the connection is closed'

/** One connection, one subscription to the subject `key`. nats.js reconnects and resubscribes by itself, without end. */
@injectable()
export class NatsAdapter extends SyncAdapter {
  override readonly type = 'nats'
  declare options: AdapterOptions & NatsOptions
  override readonly echoes = true

  #connection: NatsConnection | undefined
  /** The `reject`s of the messages that the server has not confirmed. */
  readonly #unanswered = new Set<(error: Error) => void>()
  #away = false

  /** What the server says it takes, 1 MiB unless configured. */
  override get maxPayload(): number {
    return this.#connection?.info?.max_payload ?? 1024 * 1024
  }

  protected override async doConnect(
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal
  ): Promise<void> {
    const { connect } = await loadDriver('nats', () => import('nats'))
    const connection = await connect(this.#connectionOptions()).catch((error) => {
      throw isRefusal(error) ? this.error('auth', 'was refused', error) : error
    })
    if (signal.aborted) return await connection.close() // a pending connect can't be canceled
    this.#connection = connection
    this.#away = false
    let live = false
    let refusal: Error | undefined
    connection.subscribe(this.options.key, {
      callback: (error, message) => {
        if (!error) return receive(message.data)
        refusal = error // the server ended the subscription
        if (live && !signal.aborted) this.lost(error)
      }
    })
    await connection.flush()
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
      const answered = connection.flush().finally(() => this.#unanswered.delete(reject))
      answered.then(resolve, reject)
    })
  }

  protected override async doClose(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    if (!connection) return
    if (!this.#away) await settledWithin(FLUSH_TIMEOUT, connection.flush())
    for (const reject of this.#unanswered) reject(new Error(CLOSED)) // the driver forgets them
    await connection.close()
  }

  #connectionOptions(): ConnectionOptions {
    const { uri, natsConnectionOptions } = this.options
    const { servers = [], ...options } = { ...natsConnectionOptions } as ConnectionOptions
    const { server, ...credentials } = fromUri(uri)
    return {
      timeout: CONNECT_TIMEOUT,
      ...PAUSE,
      ...credentials,
      ...options,
      servers: [...new Set([server, ...[servers].flat()])].filter((name) => name !== undefined),
      reconnect: true,
      maxReconnectAttempts: -1,
      waitOnFirstConnect: false // it can't be canceled; the base class tries again instead
    }
  }

  #watch(connection: NatsConnection, signal: AbortSignal): void {
    const follow = async () => {
      for await (const { type, data, permissionContext } of connection.status()) {
        this.debug('status: %s %o', type, data)
        if (signal.aborted) return
        // The driver's `publish` does not reject.
        if (permissionContext?.operation === 'publish')
          this.report(this.error('publish', `may not publish to '${permissionContext.subject}'`))
        if (type === 'disconnect') {
          this.#away = true
          this.away()
        } else if (type === 'reconnect') {
          this.#away = false
          // A round trip proves that the server has the subscription again.
          connection.flush().then(
            () => !signal.aborted && !this.#away && this.back(),
            (error) => this.debug('flush: %s', reason(error))
          )
        }
      }
    }
    follow().catch((error) => this.debug('status: %s', reason(error)))
    // The driver gives up by itself, as after two refusals of the credentials.
    connection
      .closed()
      .then((error) => !signal.aborted && this.lost(error ?? new Error('the connection was closed')))
      .catch((error) => this.debug('closed: %s', reason(error)))
  }
}

/** The server's address and the credentials in a URI; a lone user name is a token, as for the nats command. */
function fromUri(uri: string | undefined): Partial<Record<'server' | 'user' | 'pass' | 'token', string>> {
  if (uri === undefined) return {}
  const { host, username, password } = new URL(uri)
  const server = host || undefined // `nats://` alone: the driver's default
  const user = decodeURIComponent(username)
  if (password) return { server, user, pass: decodeURIComponent(password) }
  return user ? { server, token: user } : { server }
}

function isRefusal(error: { code?: string }): boolean {
  return error.code === 'AUTHORIZATION_VIOLATION' || error.code === 'BAD_AUTHENTICATION'
}
