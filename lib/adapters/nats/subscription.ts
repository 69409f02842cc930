import { settledWithin } from '../settled-within.js'
import type { NatsConnectionLike, NatsStatus } from './nats-connection.js'

/** How long the server may take to answer, in ms. */
const ANSWER_TIMEOUT = 5000

export const CLOSED = 'the connection is closed'

/** What happens to a subscription. */
export interface SubscriptionHandlers {
  receive(bytes: Uint8Array): void
  /** The server refused it, at once or later. */
  refused(error: Error): void
  /** The connection is closed, or is being drained. */
  ended(): void
  status(status: NatsStatus): void
}

/** The one subscription on a connection, and the events of the connection, until `end()`: nothing of it stays then. */
export class Subscription {
  readonly #connection: NatsConnectionLike
  /** Rejects when it has ended. */
  readonly #gone: Promise<never>
  readonly #end: () => void
  #ended = false

  constructor(connection: NatsConnectionLike, subject: string, handlers: SubscriptionHandlers) {
    this.#connection = connection
    const statuses = connection.status() as AsyncIterable<NatsStatus> & { stop?(): void }
    const subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (this.#ended) return
        if (error) handlers.refused(error)
        else handlers.receive(message.data)
      }
    })
    const follow = async () => {
      for await (const status of statuses) {
        if (this.#ended) return
        handlers.status(status)
      }
    }
    follow().catch(() => {}) // what ends it ends the subscription
    this.#gone = subscription.closed.then(() => {
      if (!this.#ended) handlers.ended()
      throw new Error(CLOSED)
    })
    this.#gone.catch(() => {}) // only some wait for it
    this.#end = () => {
      statuses.stop?.() // it would wait for one more event
      subscription.unsubscribe()
    }
  }

  /**
   * Resolves when the server has all that was sent: where the connection is lost before, the driver's `flush()` may never settle.
   *
   * @throws Error if the connection is closed before, or the server does not answer
   */
  async confirmed(): Promise<void> {
    const answered = Promise.race([this.#connection.flush(), this.#gone])
    if (!(await settledWithin(ANSWER_TIMEOUT, answered))) {
      throw new Error(`timeout: the server did not answer the subscription within ${ANSWER_TIMEOUT} ms`)
    }
    await answered
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#end()
  }
}
