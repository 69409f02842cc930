import { settledWithin } from '../settled-within.js'
import type { RedisClient } from './redis-client.js'

/** How long `close()` waits for a search that can't be ended, in ms. */
const FINDING = 1000

/**
 * Finds one server of several by a duplicate of what the user handed in, and works with connections to that one. When they are
 * lost it is opened anew, and may find another one.
 */
export class DiscoveringClient implements RedisClient {
  readonly #find: () => Promise<RedisClient>
  #found: RedisClient | undefined
  #finding: Promise<RedisClient> | undefined
  #closed = false

  /** @param find leaves nothing open but what it returns */
  constructor(find: () => Promise<RedisClient>) {
    this.#find = find
  }

  async open(receive: (bytes: Uint8Array) => void): Promise<void> {
    this.#finding = this.#find()
    const found = await this.#finding
    if (this.#closed) return
    this.#found = found
    await found.open(receive)
  }

  async publish(message: Buffer): Promise<void> {
    return this.#opened.publish(message)
  }

  async command(...words: string[]): Promise<unknown> {
    return this.#opened.command(...words)
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#found) await this.#found.close()
    else await settledWithin(FINDING, this.#finding)
  }

  get #opened(): RedisClient {
    if (!this.#found) throw new Error('the connection is lost')
    return this.#found
  }
}
