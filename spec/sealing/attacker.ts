import { createHash } from 'node:crypto'
import { AmqpAdapter, IpcAdapter, NatsAdapter, RedisAdapter, type SyncAdapter } from '../../lib/index.js'
import type { ResolvedOptions } from '../../lib/sync/options.js'
import type { PLACES } from '../support/places.js'

const ADAPTERS: Record<keyof typeof PLACES, new () => SyncAdapter> = {
  ...{ redis: RedisAdapter, amqp: AmqpAdapter, nats: NatsAdapter, ipc: IpcAdapter }
}

/** Someone who may do everything on the broker, and has no secret: moves bytes, with an adapter alone. */
export class Attacker {
  readonly #adapter: SyncAdapter
  /** How often each message that it sent is still to come back. */
  readonly #sent = new Map<string, number>()
  readonly #heard = new Set<(bytes: Buffer) => void>()

  private constructor(adapter: SyncAdapter) {
    this.#adapter = adapter
  }

  static async join(name: keyof typeof PLACES, uri: string, key: string): Promise<Attacker> {
    const adapter = new ADAPTERS[name]()
    adapter.options = { uri, key } as ResolvedOptions
    const attacker = new Attacker(adapter)
    const receive = (bytes: Uint8Array) => attacker.#receive(Buffer.from(bytes))
    await adapter.connect({ receive, error: () => {}, status: () => {} })
    return attacker
  }

  /** Calls `heard` with each message of somebody else. */
  listen(heard: (bytes: Buffer) => void): void {
    this.#heard.add(heard)
  }

  async send(bytes: Uint8Array): Promise<void> {
    const name = digest(bytes)
    this.#sent.set(name, (this.#sent.get(name) ?? 0) + 1)
    await this.#adapter.publish(bytes)
  }

  close(): Promise<void> {
    return this.#adapter.close()
  }

  #receive(bytes: Buffer): void {
    const name = digest(bytes)
    const own = this.#sent.get(name) ?? 0
    if (own > 1) this.#sent.set(name, own - 1)
    else this.#sent.delete(name)
    if (own > 0) return
    for (const heard of this.#heard) heard(bytes)
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('base64')
}
