import type { Channel, ChannelModel } from 'amqplib'
import { injectable } from 'inversify'
import { reason } from '../errors.js'
import { amqpUri, connectOptions } from './amqp-options.js'
import { MAX_DELAY } from './backoff.js'
import { loadDriver } from './driver.js'
import { SyncAdapter } from './sync-adapter.js'

/** How long the broker may take to say goodbye, in ms; then the socket is cut. */
const GOODBYE = 1000

/**
 * A fanout exchange named `key`, not durable, and an exclusive queue of each instance, without acknowledgements.
 * amqplib's own recovery reconnects; its `setup` makes the topology and the one consumer anew.
 */
@injectable()
export class AmqpAdapter extends SyncAdapter {
  override readonly type = 'amqp'

  #connection: Pick<ChannelModel, 'close'> | undefined
  #model: ChannelModel | undefined
  #channel: Channel | undefined

  /** RabbitMQ's default `max_message_size` until 3.13; 4.0 lowers it to 16 MiB. */
  override get maxPayload(): number {
    return 128 * 1024 * 1024
  }

  protected override async doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
    const { connect } = await loadDriver('amqplib', () => import('amqplib'))
    const { recovery, ...options } = connectOptions(this.options.amqpConnectionOptions)
    const connection = await connect(amqpUri(this.options), {
      ...options,
      recovery: {
        initialDelay: 50,
        maxDelay: MAX_DELAY,
        ...recovery,
        waitForConnect: false,
        setup: (model: ChannelModel) => this.#setUp(model, receive)
      }
    })
    this.#connection = connection
    await new Promise<void>((resolve, reject) => {
      let connected = false
      connection.on('error', (error) => this.debug('error: %s', reason(error))) // `disconnect` follows
      connection.on('handler-error', (error) => this.debug('handler: %s', reason(error)))
      connection.on('disconnect', (error) => this.away(error))
      connection.on('connect', () => {
        connected = true
        resolve()
        this.back()
      })
      connection.on('connect-failed', (error) => {
        if (isRefusal(error) && !connected) reject(this.error('auth', 'was refused', error))
        else this.away(error)
      })
      connection.on('reconnect-failed', (error) => (connected ? this.lost(error) : reject(error)))
    })
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    const { key } = this.options
    if (!this.#channel) throw new Error('the channel is closed')
    this.#channel.publish(key, '', Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  protected override async doClose(): Promise<void> {
    const connection = this.#connection
    const model = this.#model
    this.#connection = undefined
    this.#channel = undefined
    if (!connection) return
    const cut = setTimeout(() => destroySocket(model), GOODBYE)
    try {
      await connection.close()
    } finally {
      clearTimeout(cut)
    }
  }

  /** Called by the driver on every new connection. */
  async #setUp(model: ChannelModel, receive: (bytes: Uint8Array) => void): Promise<void> {
    // First of all: without a listener a cut in here would be an uncaught exception.
    model.on('error', (error) => this.debug('connection: %s', reason(error)))
    this.#model = model
    const channel = await model.createChannel()
    // The driver restores connections only: one whose channel or consumer has ended is closed.
    const giveUp = () => {
      if (this.#channel === channel) this.#channel = undefined
      model.close().catch((error) => this.debug('close: %s', reason(error)))
    }
    channel.on('error', (error) => this.debug('channel: %s', reason(error)))
    const { key } = this.options
    await channel.assertExchange(key, 'fanout', { durable: false })
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true })
    await channel.bindQueue(queue, key, '')
    await channel.consume(queue, (message) => (message ? receive(message.content) : giveUp()), {
      noAck: true
    })
    channel.on('close', giveUp)
    this.#channel = channel
  }
}

/** Did the broker refuse who we are, or what we may do? */
function isRefusal(error: Error): boolean {
  return /ACCESS[_-]REFUSED|\b403\b/i.test(error.message)
}

/** A broker that doesn't answer our goodbye would hold the process. */
function destroySocket(model: ChannelModel | undefined): void {
  const connection = model?.connection as { stream?: { destroy(): void } } | undefined
  connection?.stream?.destroy()
}
