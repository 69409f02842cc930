import { createContainer, SyncAdapter, type SyncOptions } from '../../lib/index.js'

export interface MemoryBrokerOptions {
  /** In bytes. Default: no limit */
  maxPayload?: number
  /** Sees each message that is published. */
  onMessage?(bytes: Uint8Array): void
}

/** A broker without a network: it can be killed and started, and hands on each message a turn later. */
export class MemoryBroker {
  readonly maxPayload: number
  readonly #onMessage: (bytes: Uint8Array) => void
  #running = true
  readonly #connections = new Set<MemoryConnection>()

  constructor({ maxPayload = Number.POSITIVE_INFINITY, onMessage = () => {} }: MemoryBrokerOptions = {}) {
    this.maxPayload = maxPayload
    this.#onMessage = onMessage
  }

  get connections(): number {
    return this.#connections.size
  }

  /** @throws Error while it is killed */
  connect(key: string, receive: (bytes: Uint8Array) => void, onEnd: () => void): MemoryConnection {
    if (!this.#running) throw new Error('connection refused')
    const connection: MemoryConnection = {
      key,
      receive,
      onEnd,
      publish: (bytes) => this.#publish(key, Buffer.from(bytes)),
      close: () => this.#connections.delete(connection)
    }
    this.#connections.add(connection)
    return connection
  }

  async kill(): Promise<void> {
    this.#running = false
    const connections = [...this.#connections]
    this.#connections.clear()
    for (const { onEnd } of connections) onEnd()
  }

  async start(): Promise<void> {
    this.#running = true
  }

  /** Options of `sync` for an application that uses this broker. */
  options(): SyncOptions {
    const container = createContainer()
    container
      .bind(SyncAdapter)
      .toDynamicValue(() => new MemoryBrokerAdapter(this))
      .whenNamed('memory')
    return { uri: 'memory://user:secret@here', container }
  }

  #publish(key: string, bytes: Buffer): void {
    this.#onMessage(bytes)
    for (const connection of this.#connections) {
      if (connection.key !== key) continue
      setImmediate(() => {
        if (this.#connections.has(connection)) connection.receive(bytes)
      })
    }
  }
}

interface MemoryConnection {
  readonly key: string
  receive(bytes: Uint8Array): void
  onEnd(): void
  publish(bytes: Uint8Array): void
  close(): void
}

/** An adapter whose driver gives up at once: the base dials again. */
class MemoryBrokerAdapter extends SyncAdapter {
  override readonly type = 'memory'
  #connection: MemoryConnection | undefined

  constructor(private readonly broker: MemoryBroker) {
    super()
  }

  override get maxPayload(): number {
    return this.broker.maxPayload
  }

  protected override async doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
    this.#connection = this.broker.connect(this.options.key, receive, () => {
      this.#connection = undefined
      this.lost(new Error('the broker has gone'))
    })
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    if (!this.#connection) throw new Error('the connection is lost')
    this.#connection.publish(bytes)
  }

  protected override async doClose(): Promise<void> {
    this.#connection?.close()
    this.#connection = undefined
  }
}
