import type { EventEmitter } from 'node:events'
import { connecting } from '../connecting.js'
import { answered, ignore, publishCommand, type RedisClient, type RedisContext } from './redis-client.js'
import { answerWithin, LIMITS } from './silence.js'

/** What is used of a `Redis` of ioredis, version 5 and 6. */
export interface Ioredis extends EventEmitter {
  readonly status: string
  readonly options: { readonly host?: string; readonly port?: number; readonly connectTimeout?: number }
  connect(): Promise<unknown>
  call(command: string, ...args: (string | Buffer)[]): Promise<unknown>
  duplicate(overrides: object): Ioredis
  subscribe(channel: string): Promise<unknown>
  ssubscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** Waiting events are queued by the sender, and the base class connects again. */
export const OWN_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  retryStrategy: null,
  sentinelRetryStrategy: null,
  reconnectOnError: null,
  disconnectTimeout: 200,
  /** A server that is slow has not refused a message. */
  commandTimeout: undefined,
  maxRetriesPerRequest: null,
  enableAutoPipelining: false,
  /** It would be written before a sharded channel too. */
  keyPrefix: '',
  /** `INFO` needs a right, and a server that is loading refuses what it can't do. */
  enableReadyCheck: false,
  role: 'master',
  readOnly: false,
  monitor: false
}

/** Publishes and subscribes by two duplicates of a `Redis` of ioredis, which itself is left alone. */
export class IoredisClient implements RedisClient {
  readonly #context: RedisContext
  readonly #publisher: Ioredis
  readonly #subscriber: Ioredis
  readonly #dialing = new AbortController()
  #closed = false

  constructor(context: RedisContext, given: object) {
    this.#context = context
    const template = given as Ioredis
    context.hide(template.options)
    this.#publisher = template.duplicate(OWN_OPTIONS)
    this.#subscriber = template.duplicate(OWN_OPTIONS)
  }

  async open(receive: (bytes: Uint8Array) => void): Promise<void> {
    const { key, sharded } = this.#context
    await new Promise<void>((resolve, reject) => {
      const [publisher, subscriber] = [this.#publisher, this.#subscriber]
      for (const client of [publisher, subscriber]) this.#watch(client, reject)
      subscriber.on('moved', () => this.#context.lost(new Error('the channel has moved to another server')))
      subscriber.on(sharded ? 'smessageBuffer' : 'messageBuffer', (_channel: Buffer, message: Buffer) => {
        if (!this.#closed) receive(message)
      })
      const inTime = (answer: Promise<unknown>) => answerWithin(publisher.options.connectTimeout, answer)
      const connect = async () => {
        // One after the other: an attempt that fails has cost one connection.
        await inTime(this.#connect(publisher))
        if (this.#closed) return
        await inTime(this.#connect(subscriber))
        await inTime(sharded ? subscriber.ssubscribe(key) : subscriber.subscribe(key))
      }
      connect().then(resolve, reject)
    })
  }

  publish(message: Buffer): Promise<void> {
    return answered(this.#context, this.#publisher.call(...publishCommand(this.#context, message)))
  }

  command(...[command = '', ...args]: string[]): Promise<unknown> {
    return this.#publisher.call(command, ...args)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#dialing.abort()
    await Promise.all([this.#publisher, this.#subscriber].map(disconnect))
  }

  #connect(client: Ioredis): Promise<unknown> {
    return connecting(this.#dialing.signal, LIMITS, () => client.connect())
  }

  #watch(client: Ioredis, reject: (error: unknown) => void): void {
    let reason: Error | undefined
    client.on('error', (error: Error) => {
      reason ??= error
      reject(error) // before what the driver rejects with, which does not say why
    })
    client.on('end', () => {
      const error = reason ?? new Error('the connection is lost')
      reject(error)
      if (!this.#closed) this.#context.lost(error)
    })
  }
}

/** Resolves when its socket is closed. */
export async function disconnect(
  client: EventEmitter & Pick<Ioredis, 'status' | 'disconnect'>
): Promise<void> {
  if (client.status === 'end') return
  client.on('error', ignore)
  const ended = new Promise((resolve) => client.once('end', resolve))
  client.disconnect()
  await ended
}
