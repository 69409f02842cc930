import type { Channel } from 'amqplib'
import { reason } from '../../errors.js'
import { reconnectDelay } from '../backoff.js'
import { drained } from '../drained.js'
import type { Channels } from './channels.js'

/** How many frames, of up to 128 KiB, the driver buffers before a publisher has to wait. */
const BUFFERED_FRAMES = 16

/** The longest pause before a publisher without the right to publish tries again, in ms. */
const MAX_REFUSED_DELAY = 30_000

/** A message is too large by the server's configuration, which names the limit in bytes. */
const TOO_LARGE = /message size \d+ is larger than configured max size (\d+)/

export interface PublisherHandlers {
  /** The server takes messages of so many bytes. What was published since the last one that came back is lost. */
  tooLarge(limit: number, error: Error): void
  /** The user has no right to publish: called once, until then messages have been dropped. `publish()` rejects from now on. */
  refused(error: Error): void
  /** There is a channel again. */
  reopened(): void
  /** The connection is of no more use. */
  failed(error: Error): void
}

/**
 * Publishes to an exchange, by a channel of its own: a server answers a message that it doesn't take by closing the channel,
 * and the subscription on another one goes on.
 */
export class Publisher {
  readonly #channels: Channels
  readonly #exchange: string
  readonly #handlers: PublisherHandlers
  #channel: Channel | undefined
  #refusal: Error | undefined
  #refusals = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(channels: Channels, exchange: string, handlers: PublisherHandlers) {
    this.#channels = channels
    this.#exchange = exchange
    this.#handlers = handlers
  }

  async open(): Promise<void> {
    const channel = await this.#channels.create({ highWaterMark: BUFFERED_FRAMES })
    if (this.#closed) return
    this.#channel = channel
    channel.on('error', (error: Error) => this.#onError(error))
    channel.on('close', () => {
      if (this.#channel === channel) this.#channel = undefined
    })
  }

  /** @throws Error where the user has no right to publish, or there is no channel now */
  async publish(content: Buffer): Promise<void> {
    if (this.#refusal) throw this.#refusal
    const channel = this.#channel
    if (!channel) throw new Error('the channel is closed')
    if (!channel.publish(this.#exchange, '', content)) await drained(channel)
  }

  /** Resolves when the server has taken what was published. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#channel?.close()
  }

  #onError(error: Error): void {
    this.#channel = undefined
    if (this.#closed) return
    const limit = TOO_LARGE.exec(error.message)?.[1]
    if (limit !== undefined) {
      this.#handlers.tooLarge(Number(limit), error)
      this.#reopen(() => this.#handlers.reopened())
    } else if (isRefusal(error)) this.#onRefusal(error)
    else this.#handlers.failed(error)
  }

  /** The right may be given later: a message then is the only way to find out. */
  #onRefusal(error: Error): void {
    const isFirst = this.#refusals === 0
    const text = `the user needs the write permission for the exchange '${this.#exchange}'`
    const refusal = new Error(`${text}: ${error.message}`, { cause: error })
    this.#refusal = refusal
    this.#refusals += 1
    this.#timer = setTimeout(
      () =>
        this.#reopen(() => {
          this.#refusal = undefined
        }),
      reconnectDelay(this.#refusals, MAX_REFUSED_DELAY, 500)
    )
    if (isFirst) this.#handlers.refused(refusal)
  }

  #reopen(onOpen: () => void): void {
    this.open().then(
      () => !this.#closed && onOpen(),
      (error) =>
        this.#closed || this.#handlers.failed(error instanceof Error ? error : new Error(reason(error)))
    )
  }
}

/** Did the broker refuse who we are, or what we may do? */
export function isRefusal(error: unknown): boolean {
  return /ACCESS[_-]REFUSED/.test(reason(error))
}
