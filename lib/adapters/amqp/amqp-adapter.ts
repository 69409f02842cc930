import type { ChannelModel } from 'amqplib'
import { injectable } from 'inversify'
import { asBuffer } from '../../bytes.js'
import { reason } from '../../errors.js'
import type { AdapterOptions } from '../adapter-options.js'
import { loadDriver } from '../driver.js'
import { redact } from '../redact.js'
import { serverUris } from '../server-uris.js'
import { settledWithin } from '../settled-within.js'
import { type ServerInfo, SyncAdapter } from '../sync-adapter.js'
import { type AmqpOptions, amqpUri, connectOptions, credentialsOf, retryPause } from './amqp-options.js'
import { type AmqpConnection, Channels } from './channels.js'
import { explained, isOver, OVER, refusal } from './explained.js'
import { type AmqpServer, type FindServers, findServers } from './find-servers.js'
import { isRefusal, Publisher, type PublisherHandlers } from './publisher.js'
import { subscribe } from './subscribe.js'

/** How long the broker may take to confirm the close of the channel, and then of the connection, in ms. */
const FLUSH_TIMEOUT = 1000
const LEAVE_TIMEOUT = 200

/** RabbitMQ's default `max_message_size` since 4.0, in bytes; before it was 128 MiB. */
const MAX_MESSAGE_SIZE = 16 * 1024 * 1024
const LIMIT = 'the default of RabbitMQ 4, which does not tell: it is learned when a larger one is refused'

const NOT_CONNECTED =
  'the connection in `amqpConnection` opens no channel. Connecting it is up to its owner and its own options, of which `timeout` ends an ' +
  'attempt at a server that does not answer'

/**
 * A fanout exchange named `key`, not durable, and an exclusive queue for each instance, without acknowledgments. amqplib could
 * reconnect by itself, since version 2 and to one address: so the base class does that, to one server after the other.
 */
@injectable()
export class AmqpAdapter extends SyncAdapter {
  override readonly type = 'amqp'
  declare options: AdapterOptions & AmqpOptions
  override readonly echoes = true

  /** Ours, not one that was handed in. */
  #connection: ChannelModel | undefined
  #channels: Channels | undefined
  #publisher: Publisher | undefined
  #maxPayload = MAX_MESSAGE_SIZE
  /** How many servers have been tried. */
  #tried = 0
  /** Destroys the driver's sockets, whatever they wait for. */
  #sockets = new AbortController()

  /** The server doesn't announce its limit: it is learned from a refusal. */
  override get maxPayload(): number {
    return this.#maxPayload
  }

  protected override get quietReason(): string {
    return this.options.amqpConnection ? NOT_CONNECTED : super.quietReason
  }

  override async serverInfo(): Promise<ServerInfo> {
    const { product, version, cluster_name } = this.#channels?.serverProperties ?? {}
    return {
      product: String(product ?? 'AMQP server'),
      version: version === undefined ? undefined : String(version),
      notes: cluster_name === undefined ? [] : [`cluster ${cluster_name}`],
      limit: this.#maxPayload === MAX_MESSAGE_SIZE ? LIMIT : undefined
    }
  }

  protected override get retryPause(): number | undefined {
    return retryPause(this.options.amqpConnectionOptions)
  }

  protected override async doConnect(
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal
  ): Promise<void> {
    this.#maxPayload = MAX_MESSAGE_SIZE
    const { amqpConnection } = this.options
    const connection = (amqpConnection as AmqpConnection | undefined) ?? (await this.#dial(signal))
    await new Promise<void>((resolve, reject) => {
      let live = false
      const onEnd = (error: Error) => {
        this.debug('ended: %s', reason(error))
        reject(error)
        if (live && !signal.aborted) this.lost(explained(error))
      }
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      this.#setUp(new Channels(connection, onEnd), receive, signal, onEnd).then(() => {
        live = true
        resolve()
      }, reject)
    }).catch((error) => {
      if (isRefusal(error)) throw this.error('auth', 'was refused', refusal(error))
      throw amqpConnection && isOver(amqpConnection, error)
        ? this.error('options', OVER, error)
        : explained(error)
    })
  }

  protected override doPublish(bytes: Uint8Array): Promise<void> {
    if (!this.#publisher) throw new Error('the channel is closed')
    return this.#publisher.publish(asBuffer(bytes))
  }

  protected override async doClose(): Promise<void> {
    const connection = this.#connection
    const channels = this.#channels
    const publisher = this.#publisher
    this.#connection = undefined
    this.#channels = undefined
    this.#publisher = undefined
    const sockets = this.#sockets
    // The channel first: the close of a connection overtakes what is buffered in its channels.
    await settledWithin(FLUSH_TIMEOUT, publisher?.close())
    await settledWithin(LEAVE_TIMEOUT, channels?.close())
    await settledWithin(LEAVE_TIMEOUT, connection?.close())
    sockets.abort()
  }

  /** Connects to the first server that takes the connection, beginning with the one behind the last that was tried. */
  async #dial(signal: AbortSignal): Promise<ChannelModel> {
    const { connect, credentials } = await loadDriver('amqplib', () => import('amqplib'))
    const { amqpConnectionOptions, key } = this.options
    const servers = await this.#servers(signal)
    const failures: Failure[] = []
    for (const _ of servers) {
      signal.throwIfAborted()
      const { uri, options } = servers[this.#tried % servers.length] as AmqpServer
      this.#tried += 1
      const sockets = new AbortController()
      this.#sockets = sockets
      const given = credentialsOf(uri)
      const socketOptions = {
        ...(given && { credentials: credentials.plain(...given) }),
        ...connectOptions(amqpConnectionOptions, sockets.signal, `feathers-sync ${key}`),
        ...options
      }
      try {
        const connection = await connect(amqpUri(uri, amqpConnectionOptions), socketOptions)
        // First of all: without a listener, it would be an uncaught exception. `close` follows.
        connection.on('error', (error) => this.debug('connection: %s', reason(error)))
        if (!signal.aborted) this.#connection = connection
        else sockets.abort()
        return connection
      } catch (error) {
        sockets.abort()
        this.debug('server %d of %d: %s', this.#tried, servers.length, reason(error))
        failures.push({ uri, error })
      }
    }
    signal.throwIfAborted()
    if (failures.every(({ error }) => isRefusal(error)))
      throw this.error('auth', 'was refused', failures[0]?.error)
    throw failed(failures)
  }

  async #servers(signal: AbortSignal): Promise<readonly AmqpServer[]> {
    const { uri, amqpConnectionOptions } = this.options
    const { findServers: find } = { ...amqpConnectionOptions } as { findServers?: FindServers }
    if (!find) return serverUris(uri ?? 'amqp://localhost').map((one) => ({ uri: one }))
    const found = await findServers(find, signal)
    this.hide(found)
    return found
  }

  async #setUp(
    channels: Channels,
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal,
    onEnd: (error: Error) => void
  ): Promise<void> {
    this.#channels = channels
    channels.on('blocked', (text) => this.blocked(text))
    channels.on('unblocked', () => this.unblocked())
    // Of a connection that recovers: a channel may wait for it for ever, and its own `error` is not emitted.
    channels.on('connect-failed', (error) =>
      this.report(this.error('connect', 'could not connect', explained(error)))
    )
    await subscribe(channels, this.options.key, receive, onEnd)
    const publisher = new Publisher(channels, this.options.key, this.#publisherHandlers(signal, onEnd))
    await publisher.open()
    if (signal.aborted) return
    this.#publisher = publisher
    // When this is ready, or it would count for nothing.
    if (channels.isBlocked) setImmediate(() => !signal.aborted && this.blocked())
  }

  #publisherHandlers(signal: AbortSignal, onEnd: (error: Error) => void): PublisherHandlers {
    const whileCurrent = (action: () => void) => {
      if (!signal.aborted) action()
    }
    return {
      // Away and back, so that what was lost with the channel is sent again.
      tooLarge: (limit, error) =>
        whileCurrent(() => {
          this.#maxPayload = limit
          this.away(error)
        }),
      reopened: () => whileCurrent(() => this.back()),
      refused: (error) => whileCurrent(() => this.report(this.error('publish', 'may not publish', error))),
      failed: onEnd
    }
  }
}

interface Failure {
  uri: string
  error: unknown
}

/** One error for all servers. */
function failed(failures: readonly Failure[]): unknown {
  const [first, ...others] = failures
  if (others.length === 0) return explained(first?.error)
  const texts = failures.map(({ uri, error }) => `${redact(uri)}: ${reason(explained(error))}`)
  return new Error(`no server takes the connection: ${texts.join('; ')}`, { cause: first?.error })
}
