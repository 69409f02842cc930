import { Delivery } from '../../lib/delivery/delivery.js'
import { Counts, type SyncGap } from '../../lib/delivery/environment.js'
import type { HistoryLimit } from '../../lib/delivery/send/history.js'
import type { SyncError } from '../../lib/index.js'
import { type SimBroker, SimLink } from './sim-broker.js'

export interface SimInstanceOptions {
  history: HistoryLimit
  heartbeat?: number
  maxPayload?: number
  pace?: number
}

/** What one instance received of another one's sequence: events, or a gap. */
export interface Seen {
  from: number
  to: number
  gap: boolean
}

/** One instance: real delivery on a simulated link, with a record of all it received. */
export class SimInstance {
  readonly counts = new Counts()
  readonly link: SimLink
  readonly delivery: Delivery
  readonly bornAt: number
  readonly seen = new Map<string, Seen[]>()
  readonly errors: SyncError[] = []
  readonly #broker: SimBroker
  isOpen = true
  /** How many events it has made: their sequence numbers are 1 to this. */
  made = 0

  constructor(
    broker: SimBroker,
    { history, heartbeat = 5000, maxPayload = 1e6, pace = 500 }: SimInstanceOptions
  ) {
    const { clock } = broker
    this.#broker = broker
    this.bornAt = clock.now()
    this.link = new SimLink(broker, pace, maxPayload)
    this.delivery = new Delivery({
      link: this.link,
      clock,
      counts: this.counts,
      history,
      heartbeat,
      receives: true,
      wire: 4,
      sink: {
        deliver: (payload, count) => this.#deliver(payload, count),
        plain: () => {},
        gap: (gap) => this.#gap(gap),
        error: (error) => this.errors.push(error)
      }
    })
    broker.instances.set(this.origin, this)
    this.link.onMessage = (bytes) => this.delivery.receive(bytes)
    this.link.onReady = () => this.delivery.online()
  }

  get origin(): string {
    return this.delivery.origin
  }

  emit(count = 1, padding = 0): void {
    const first = this.made + 1
    this.made += count
    this.delivery.send(Buffer.from(`${this.origin} ${first} ${count} ${'x'.repeat(padding + count)}`), count)
  }

  kill(): void {
    this.#broker.clock.isAwaited = true
    this.isOpen = false
    this.link.end()
    void this.delivery.close(0)
  }

  async close(): Promise<number> {
    this.#broker.clock.isAwaited = true
    const unsent = await this.delivery.close(1000)
    this.isOpen = false
    this.link.end()
    return unsent
  }

  #deliver(payload: Uint8Array, count: number): void {
    const [origin = '', first, announced] = payload.toString().split(' ')
    if (Number(announced) !== count) throw new Error(`${announced} events were delivered as ${count}`)
    this.#record(origin, { from: Number(first), to: Number(first) + count - 1, gap: false })
  }

  #gap({ origin, from, to, missed }: SyncGap): void {
    if (to - from + 1 !== missed) throw new Error(`a gap from ${from} to ${to} counts ${missed}`)
    const maker = this.#broker.instances.get(origin)
    const oldest = maker?.isOpen ? maker.delivery.sender.history.oldest : Number.POSITIVE_INFINITY
    if (to >= oldest) throw new Error(`a gap up to ${to}, though the origin has all events from ${oldest} on`)
    this.#record(origin, { from, to, gap: true })
  }

  #record(origin: string, seen: Seen): void {
    if (!this.isOpen) throw new Error(`something was delivered after the end, at ${this.#broker.clock.now()}`)
    const list = this.seen.get(origin)
    if (list) list.push(seen)
    else this.seen.set(origin, [seen])
  }
}
