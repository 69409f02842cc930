import type { Link } from '../../lib/adapters/link.js'
import { decodeFrame, type EventsFrame, type Frame } from '../../lib/delivery/wire/frame.js'
import type { SyncStatus } from '../../lib/index.js'
import type { SimClock } from '../simulation/sim-clock.js'

/** A link that records what is published; the driver accepts it, unless the test says otherwise. */
export class FakeLink implements Link {
  status: SyncStatus = 'ready'
  maxPayload = Number.POSITIVE_INFINITY
  echoes = true
  published: Uint8Array[] = []
  readonly reconnects: Error[] = []
  readonly #clock: SimClock

  constructor(clock: SimClock) {
    this.#clock = clock
  }

  /** What the driver does. */
  driver: () => Promise<void> = async () => {}

  /** From now on the driver refuses all messages. */
  refuse(reason: string): void {
    this.driver = async () => {
      throw new Error(reason)
    }
  }

  /** From now on the driver accepts a message when the test resolves its promise. */
  hold(): Deferred[] {
    const held: Deferred[] = []
    this.driver = () => {
      const deferred = new Deferred()
      held.push(deferred)
      return deferred.promise
    }
    return held
  }

  publish(bytes: Uint8Array): Promise<void> {
    this.#clock.isAwaited = true
    this.published.push(bytes)
    return this.driver()
  }

  reconnect(cause: Error): void {
    this.reconnects.push(cause)
  }

  get frames(): Frame[] {
    return this.published.map((bytes) => decodeFrame(bytes))
  }

  /** The frames of one kind. */
  of<K extends Frame['kind']>(kind: K): Extract<Frame, { kind: K }>[] {
    return this.frames.filter((frame): frame is Extract<Frame, { kind: K }> => frame.kind === kind)
  }

  /** Frames of events as `1-3`, retransmissions as `again 1-3`. */
  get sent(): string[] {
    return this.of('events').map(named)
  }

  /** What was sent since the last call. */
  takeSent(): string[] {
    const { sent } = this
    this.published = []
    return sent
  }
}

function named({ first, next, retransmission }: EventsFrame): string {
  return `${retransmission ? 'again ' : ''}${first}-${next - 1}`
}

/** A promise that is settled from outside. */
export class Deferred {
  resolve: () => void = () => {}
  reject: (error: Error) => void = () => {}
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })
}

/** Lets promises settle. */
export async function settled(): Promise<void> {
  await new Promise(setImmediate)
}
