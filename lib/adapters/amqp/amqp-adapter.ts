import type { ChannelModel, RecoveringChannelModel, RecoveryOptions } from 'amqplib'
import { injectable } from 'inversify'
import { reason } from '../../errors.js'
import type { AdapterOptions } from '../adapter-options.js'
import { MAX_DELAY } from '../backoff.js'
import { loadDriver } from '../driver.js'
import { serverUris } from '../server-uris.js'
import { settledWithin } from '../settled-within.js'
import { SyncAdapter } from '../sync-adapter.js'
import { type AmqpOptions, amqpUri, connectOptions } from './amqp-options.js'
import { isRefusal, Publisher, type PublisherHandlers } from './publisher.js'
import { subscribe } from './subscribe.js'

/** How long the broker may take to confirm the close of the channel, and then of the connection, in ms. */
const FLUSH_TIMEOUT = 1000
const LEAVE_TIMEOUT = 200

/** RabbitMQ's default `max_message_size` since 4.0, in bytes; before it was 128 MiB. */
const MAX_MESSAGE_SIZE = 16 * 1024 * 1024

/**
 * A fanout exchange named `key`, not durable, and an exclusive queue for each instance, without acknowledgments.
 * amqplib's own recovery reconnects; its `setup` declares the topology and the one consumer again.
 */
@injectable()
export class AmqpAdapter extends SyncAdapter {
  override readonly type = 'amqp'
  declare options: AdapterOptions & AmqpOptions
  override readonly echoes = true

  #connection: RecoveringChannelModel | undefined
  #publisher: Publisher | undefined
  #maxPayload = MAX_MESSAGE_SIZE
  /** What the last attempt or connection ended with. */
  #failure: Error | undefined
  /** Destroys the driver's sockets, whatever they wait for. */
  #sockets = new AbortController()

  /** The server doesn't announce its limit: it is learned from a refusal. */
  override get maxPayload(): number {
    return this.#maxPayload
  }

  protected override async doConnect(
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal
  ): Promise<void> {
    const { connect } = await loadDriver('amqplib', () => import('amqplib'))
    signal.throwIfAborted()
    const { uri, amqpConnectionOptions } = this.options
    const sockets = new AbortController()
    this.#sockets = sockets
    this.#maxPayload = MAX_MESSAGE_SIZE
    const { recovery, ...options } = connectOptions(amqpConnectionOptions, sockets.signal)
    const connection = await connect(amqpUri(serverUris(uri)[0], amqpConnectionOptions), {
      ...options,
      recovery: {
        ...this.#pauses(recovery),
        ...recovery,
        waitForConnect: false,
        setup: (model: ChannelModel) => this.#setUp(model, receive, signal)
      }
    })
    const recovers = typeof connection.waitForConnect === 'function' // since amqplib 2
    if (signal.aborted || !recovers) await connection.close()
    signal.throwIfAborted()
    if (!recovers) {
      throw this.error('driver', 'needs amqplib 2 or later. It is installed with: npm install amqplib@2')
    }
    this.#connection = connection
    // An attempt is over, so is its socket: the driver closes only half of it, and Node keeps its abort listener.
    connection.on('reconnect-scheduled', () => sockets.signal.dispatchEvent(new Event('abort')))
    await this.#connected(connection, signal)
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    if (!this.#publisher) throw new Error('the channel is closed')
    await this.#publisher.publish(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  protected override async doClose(): Promise<void> {
    const connection = this.#connection
    const publisher = this.#publisher
    this.#connection = undefined
    this.#publisher = undefined
    const sockets = this.#sockets
    // The channel first: the close of a connection overtakes what is buffered in its channels.
    await settledWithin(FLUSH_TIMEOUT, publisher?.close())
    await settledWithin(LEAVE_TIMEOUT, connection?.close())
    sockets.abort()
  }

  /** Ours, unless some are given. */
  #pauses(given: RecoveryOptions = {}): RecoveryOptions {
    const isGiven = (['initialDelay', 'maxDelay', 'factor'] as const).some((name) => name in given)
    if (isGiven) return { initialDelay: 50, maxDelay: MAX_DELAY }
    return { calculateDelay: () => this.retryDelay(this.#failure) }
  }

  /** Resolves when the driver has connected for the first time, and watches it from then on. */
  #connected(connection: RecoveringChannelModel, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      let connected = false
      const away = (error: Error) => {
        this.#failure = error
        if (!signal.aborted) this.away(explained(error))
      }
      connection.on('error', (error) => this.debug('error: %s', reason(error))) // `disconnect` follows
      connection.on('disconnect', away)
      connection.on('connect', () => {
        connected = true
        resolve()
        this.back()
      })
      connection.on('connect-failed', (error) => {
        if (isRefusal(error) && !connected) reject(this.error('auth', 'was refused', error))
        else away(error)
      })
      // Only where `recovery` limits the retries.
      connection.on('reconnect-failed', (error) => (connected ? this.lost(error) : reject(error)))
    })
  }

  /** Called by the driver on every new connection. */
  async #setUp(
    model: ChannelModel,
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal
  ): Promise<void> {
    // First of all: without a listener, a cut during the set-up would be an uncaught exception.
    model.on('error', (error) => this.debug('connection: %s', reason(error)))
    model.on('blocked', (text) => this.blocked(text))
    model.on('unblocked', () => this.unblocked())
    await subscribe(model, this.options.key, receive, (error) => {
      this.debug('channel: %s', reason(error))
      this.#close(model)
    })
    const publisher = new Publisher(model, this.options.key, this.#publisherHandlers(model, signal))
    await publisher.open()
    signal.throwIfAborted()
    this.#publisher = publisher
  }

  #publisherHandlers(model: ChannelModel, signal: AbortSignal): PublisherHandlers {
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
      failed: (error) => {
        this.debug('publisher: %s', reason(error))
        this.#close(model)
      }
    }
  }

  #close(model: ChannelModel): void {
    model.close().catch((error) => this.debug('close: %s', reason(error)))
  }
}

/** The driver's error, with what to do about it where its text doesn't say. */
function explained(error: Error): Error {
  const { message } = error
  if (/ConnectionOpenOk; got <ConnectionClose/.test(message)) {
    const text = "the virtual host in the `uri` option doesn't exist, or its user has no access to it"
    return new Error(text, { cause: error })
  }
  if (/PRECONDITION[_-]FAILED.*exchange/.test(message)) {
    const text = 'delete that exchange, or choose another `key`: it has to be fanout and not durable'
    return new Error(`${message}; ${text}`, { cause: error })
  }
  return error
}
