import type { Channel, ChannelModel, RecoveringChannelModel } from 'amqplib'
import { injectable } from 'inversify'
import { reason } from '../../errors.js'
import type { AdapterOptions } from '../adapter-options.js'
import { MAX_DELAY } from '../backoff.js'
import { drained } from '../drained.js'
import { loadDriver } from '../driver.js'
import { settledWithin } from '../settled-within.js'
import { SyncAdapter } from '../sync-adapter.js'
import { type AmqpOptions, amqpUri, connectOptions } from './amqp-options.js'

/** How long the broker may take to confirm the close of the channel, and then of the connection, in ms. */
const FLUSH_TIMEOUT = 1000
const LEAVE_TIMEOUT = 200

/** How many frames, of up to 128 KiB, the driver buffers before a publisher has to wait. */
const BUFFERED_FRAMES = 16

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
  #channel: Channel | undefined
  /** Destroys the driver's sockets, whatever they wait for. */
  #sockets = new AbortController()

  /** RabbitMQ's default `max_message_size` since 4.0; before it was 128 MiB. */
  override get maxPayload(): number {
    return 16 * 1024 * 1024
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
    const { recovery, ...options } = connectOptions(amqpConnectionOptions, sockets.signal)
    const connection = await connect(amqpUri(uri, amqpConnectionOptions), {
      ...options,
      recovery: {
        initialDelay: 50,
        maxDelay: MAX_DELAY,
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
    const channel = this.#channel
    if (!channel) throw new Error('the channel is closed')
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (!channel.publish(this.options.key, '', content)) await drained(channel)
  }

  protected override async doClose(): Promise<void> {
    const connection = this.#connection
    const channel = this.#channel
    this.#connection = undefined
    this.#channel = undefined
    const sockets = this.#sockets
    // The channel first: the close of a connection overtakes what is buffered in its channels.
    await settledWithin(FLUSH_TIMEOUT, channel?.close())
    await settledWithin(LEAVE_TIMEOUT, connection?.close())
    sockets.abort()
  }

  /** Resolves when the driver has connected for the first time, and watches it from then on. */
  #connected(connection: RecoveringChannelModel, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      let connected = false
      const away = (error: Error) => {
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
    const channel = await model.createChannel({ highWaterMark: BUFFERED_FRAMES })
    await this.#subscribe(channel, model, receive)
    signal.throwIfAborted()
    this.#channel = channel
  }

  async #subscribe(
    channel: Channel,
    model: ChannelModel,
    receive: (bytes: Uint8Array) => void
  ): Promise<void> {
    const { key } = this.options
    // The driver restores connections only: so one whose channel or consumer has ended is closed. During the set-up the
    // driver would close it too, but wait for the answer forever if the connection is cut meanwhile.
    channel.on('error', (error) => {
      this.debug('channel: %s', reason(error))
      this.#close(model)
    })
    channel.on('close', () => {
      if (this.#channel === channel) this.#channel = undefined
    })
    await channel.assertExchange(key, 'fanout', { durable: false })
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true })
    await channel.bindQueue(queue, key, '')
    const onMessage = (message: { content: Buffer } | null) =>
      message ? receive(message.content) : this.#close(model)
    await channel.consume(queue, onMessage, { noAck: true })
  }

  #close(model: ChannelModel): void {
    model.close().catch((error) => this.debug('close: %s', reason(error)))
  }
}

/** Did the broker refuse who we are, or what we may do? */
function isRefusal(error: Error): boolean {
  return /ACCESS[_-]REFUSED/.test(error.message)
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
