import {
  AmqpAdapter,
  type Container,
  createContainer,
  IpcAdapter,
  NatsAdapter,
  RedisAdapter,
  SyncAdapter
} from '../../lib/index.js'
import type { Losses } from './protocol.js'

const SCHEMES = {
  ipc: IpcAdapter,
  redis: RedisAdapter,
  rediss: RedisAdapter,
  valkey: RedisAdapter,
  valkeys: RedisAdapter,
  amqp: AmqpAdapter,
  amqps: AmqpAdapter,
  nats: NatsAdapter,
  tls: NatsAdapter
} as const

/** Drops messages on their way to an instance, as an unreliable network would. */
export class LossyNetwork {
  #losses: Losses = { count: 0, forGood: false }
  readonly #dropped = new Set<string>()
  readonly #gone = new Set<string>()

  /**
   * @param name of the instance: what it has sent itself is never dropped
   * @param onDrop called with the stamps of the events in a message that was dropped
   */
  constructor(
    readonly name: string,
    readonly onDrop: (stamps: string[]) => void
  ) {}

  get toDrop(): number {
    return this.#losses.count
  }

  lose(losses: Losses): void {
    this.#losses = losses
  }

  /** For the `container` option: the adapter of the URI, and this network in front of it. */
  containerFor(uri: string): Container {
    const scheme = /^\w+/.exec(uri)?.[0] as keyof typeof SCHEMES
    const container = createContainer()
    container
      .bind(SyncAdapter)
      .toDynamicValue(() => this.#inFrontOf(new SCHEMES[scheme]()))
      .whenNamed(scheme)
    return container
  }

  #inFrontOf(adapter: SyncAdapter): SyncAdapter {
    const connect = adapter.connect.bind(adapter)
    adapter.connect = (handlers) =>
      connect({
        receive: (bytes) => this.#drops(bytes) || handlers.receive(bytes),
        error: (error) => handlers.error(error),
        status: (status) => handlers.status(status)
      })
    return adapter
  }

  #drops(bytes: Uint8Array): boolean {
    const stamps = stampsIn(bytes).filter((stamp) => !stamp.startsWith(`${this.name}.`))
    if (stamps.length === 0) return false // a heartbeat, a NACK, or an own message
    if (stamps.some((stamp) => this.#gone.has(stamp))) return true
    const isRetransmission = stamps.some((stamp) => this.#dropped.has(stamp))
    if (isRetransmission || this.#losses.count === 0) return false
    this.#losses.count -= 1
    for (const stamp of stamps) {
      this.#dropped.add(stamp)
      if (this.#losses.forGood) this.#gone.add(stamp)
    }
    this.onDrop(stamps)
    return true
  }
}

/** The events in a message of feathers-sync are JSON, after a binary head. */
function stampsIn(bytes: Uint8Array): string[] {
  const matches = Buffer.from(bytes)
    .toString('latin1')
    .matchAll(/"stamp":"([^"]+)"/g)
  return [...new Set([...matches].map(([, stamp = '']) => stamp))]
}
