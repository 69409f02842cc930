import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from 'redis'

/** Between a Redis channel and another: keeps what is published on it, and publishes what a test wants. */
export class Relay {
  readonly messages: Buffer[] = []
  readonly #publisher
  readonly #subscriber

  private constructor(uri: string) {
    this.#publisher = createClient({ url: uri })
    this.#subscriber = createClient({ url: uri })
    for (const client of [this.#publisher, this.#subscriber]) client.on('error', () => {})
  }

  static async start(uri: string, channel: string): Promise<Relay> {
    const relay = new Relay(uri)
    await Promise.all([relay.#publisher.connect(), relay.#subscriber.connect()])
    await relay.#subscriber.subscribe(channel, (bytes) => relay.messages.push(Buffer.from(bytes)), true)
    return relay
  }

  async publish(channel: string, messages: Buffer[], pause = 0): Promise<void> {
    for (const bytes of messages) {
      await this.#publisher.publish(channel, bytes)
      if (pause) await delay(pause)
    }
  }

  close(): void {
    for (const client of [this.#publisher, this.#subscriber]) if (client.isOpen) client.destroy()
  }
}
