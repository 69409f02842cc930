import { reason } from '../../errors.js'
import { connecting } from '../connecting.js'
import { settledWithin } from '../settled-within.js'
import { isRefusal, lacksResp3 } from './node-redis-client.js'
import type { RedisClient } from './redis-client.js'
import { ANSWER_TIMEOUT, LIMITS, silence } from './silence.js'

/** How long `close()` waits for a search that can't be ended, in ms. */
const FINDING = 1000

/** The search for a server at one address that was given. */
export interface Search {
  readonly address: string
  /** How long it may take, in ms. */
  readonly limit?: number | undefined
  /** It is made by a client that was handed in, with all the time that its owner gives it. */
  readonly isOwners?: boolean
  /**
   * Leaves nothing open but what it returns.
   *
   * @param fail ends the search
   */
  find(signal: AbortSignal, fail: (error: unknown) => void): Promise<RedisClient>
}

/**
 * Finds one server of several, and works with connections to that one. When they are lost it is opened anew, and may find
 * another one.
 */
export class DiscoveringClient implements RedisClient {
  readonly #searches: readonly Search[]
  #found: RedisClient | undefined
  #finding: Promise<RedisClient> | undefined
  readonly #closed = new AbortController()

  /** @param searches are tried in turn, as drivers wait for a server that does not answer, however long that is */
  constructor(searches: readonly Search[]) {
    this.#searches = searches
  }

  async open(receive: (bytes: Uint8Array) => void): Promise<void> {
    const found = await this.#search()
    if (this.#closed.signal.aborted) return
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
    this.#closed.abort()
    if (this.#found) await this.#found.close()
    else await settledWithin(FINDING, this.#finding)
  }

  get #opened(): RedisClient {
    if (!this.#found) throw new Error('the connection is lost')
    return this.#found
  }

  async #search(): Promise<RedisClient> {
    const failures: Failure[] = []
    for (const search of this.#searches) {
      this.#closed.signal.throwIfAborted()
      try {
        return await this.#try(search)
      } catch (error) {
        failures.push({ address: search.address, error })
      }
    }
    throw together(failures)
  }

  /** Some drivers never settle: then the result comes too late, and nothing of it is open. */
  async #try({ find, limit, isOwners = false }: Search): Promise<RedisClient> {
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#closed.signal])
    const timer = isOwners ? undefined : setTimeout(() => over.abort(silence()), limit || ANSWER_TIMEOUT)
    const search = () => find(signal, (error) => over.abort(error))
    this.#finding = isOwners ? search() : connecting(signal, LIMITS, search)
    const ended = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    try {
      return await Promise.race([ended, this.#finding])
    } finally {
      clearTimeout(timer)
    }
  }
}

interface Failure {
  readonly address: string
  readonly error: unknown
}

/** One error for all addresses: a refusal is the same at all of them. */
function together(failures: readonly Failure[]): unknown {
  const decisive = failures.find(({ error }) => isRefusal(error) || lacksResp3(error)) ?? failures[0]
  const texts = new Set(failures.map(({ error }) => reason(error)))
  if (texts.size < 2 || decisive !== failures[0]) return decisive?.error
  const all = failures.map(({ address, error }) => `${address}: ${reason(error)}`)
  return new Error(all.join('; '), { cause: decisive?.error })
}
