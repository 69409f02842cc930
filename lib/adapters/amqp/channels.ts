import type { Channel, ChannelModel, RecoveringChannelModel } from 'amqplib'
import { SyncError } from '../../errors.js'
import { has } from '../adapter-options.js'

/** A connection of amqplib's promise API, one that recovers by itself or not. */
export type AmqpConnection = Pick<ChannelModel | RecoveringChannelModel, 'createChannel' | 'on' | 'off'>

const NO_CHANNEL =
  'feathers-sync: the `createChannel()` of the `amqpConnection` option has returned no channel: hand in the connection that ' +
  "amqplib's `connect` resolves with"

/** Makes channels on a connection, which may be somebody else's, and closes them. */
export class Channels {
  readonly #connection: AmqpConnection
  readonly #onEnd: (error: Error) => void
  readonly #open = new Set<Channel>()
  readonly #removals: (() => void)[] = []
  #closed = false

  /** @param onEnd called with what ended the connection, whether it recovers or not */
  constructor(connection: AmqpConnection, onEnd: (error: Error) => void) {
    this.#connection = connection
    this.#onEnd = onEnd
    const ended = (error?: Error) => onEnd(error ?? new Error('the connection was closed'))
    this.on('close', ended)
    this.on('disconnect', ended)
  }

  /** Whether the server had told the connection before that it takes no messages; not known with amqplib 0.10. */
  get isBlocked(): boolean {
    const [channel] = this.#open as Set<{ connection?: { blocked?: boolean } }>
    return channel?.connection?.blocked === true
  }

  /** What the server says of itself, as far as the connection shows it. */
  get serverProperties(): Record<string, unknown> {
    const { connection } = this.#connection as { connection?: { serverProperties?: Record<string, unknown> } }
    return connection?.serverProperties ?? {}
  }

  /** Listens to the connection until `close()`. */
  on<Value>(event: string, listener: (value: Value) => void): void {
    this.#connection.on(event, listener)
    this.#removals.push(() => this.#connection.off(event, listener))
  }

  /** Waits while the connection is away, if it recovers by itself. */
  async create(options?: { highWaterMark: number }): Promise<Channel> {
    const channel = await this.#connection.createChannel(options)
    if (!has(channel, 'on', 'assertExchange', 'publish', 'close')) throw new SyncError('options', NO_CHANNEL)
    let failure: Error | undefined
    channel.on('error', (error: Error) => {
      failure = error
    })
    channel.once('close', () => {
      this.#open.delete(channel)
      // Who closes a connection that recovers by itself hears nothing else of it. A refusal ends its channel only.
      if (!failure && !this.#closed)
        setImmediate(() => !this.#closed && this.#onEnd(new Error('the connection was closed')))
    })
    this.#open.add(channel)
    if (this.#closed) {
      await this.#closeAll()
      throw new Error('is closed')
    }
    return channel
  }

  /** Leaves nothing on the connection. Waits for the server's answer. */
  async close(): Promise<void> {
    this.#closed = true
    for (const remove of this.#removals.splice(0)) remove()
    await this.#closeAll()
  }

  async #closeAll(): Promise<void> {
    await Promise.allSettled([...this.#open].map(async (channel) => channel.close()))
  }
}
