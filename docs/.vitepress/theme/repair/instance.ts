import { Delivery } from '../../../../lib/delivery/delivery.js'
import { Counts, type SyncGap } from '../../../../lib/delivery/environment.js'
import { NAMES, type Name, type Shown } from './frames.js'
import { type Network, PictureLink } from './network.js'

/** An event of an origin, as an instance has it: `held` came before its turn, `missing` is known to be sent and has not come. */
export type State = 'delivered' | 'recovered' | 'held' | 'missing'

/** What one instance knows of an origin's events. */
class Known {
  /** In the order in which they were delivered. */
  readonly delivered: number[] = []
  readonly arrived = new Set<number>()
  readonly retransmitted = new Set<number>()
  last = 0

  state(number: number): State {
    if (!this.delivered.includes(number)) return this.arrived.has(number) ? 'held' : 'missing'
    return this.retransmitted.has(number) ? 'recovered' : 'delivered'
  }
}

/** One instance: the real delivery on a link that is drawn. */
export class Instance {
  readonly delivery: Delivery
  readonly link: PictureLink
  readonly #known = Object.fromEntries(NAMES.map((name) => [name, new Known()])) as Record<Name, Known>

  constructor(
    readonly name: Name,
    network: Network,
    onDelivery: (subject: Name, number: number, state: State) => void,
    onGap: (gap: SyncGap) => void
  ) {
    this.link = new PictureLink(name, network)
    this.delivery = new Delivery({
      link: this.link,
      clock: network.clock,
      counts: new Counts(),
      history: { events: 1000, bytes: 1e6 },
      heartbeat: 5000,
      receives: true,
      wire: 4,
      sink: {
        deliver: (payload) => {
          const [subject, number] = new TextDecoder().decode(payload).split(' ') as [Name, string]
          const known = this.#known[subject]
          known.delivered.push(Number(number))
          known.arrived.add(Number(number))
          onDelivery(subject, Number(number), known.state(Number(number)))
        },
        plain: () => {},
        proven: () => {},
        gap: onGap,
        error: (error) => {
          throw error
        }
      }
    })
    this.link.onMessage = (bytes) => {
      this.#note(network.host.show(bytes))
      this.delivery.receive(bytes)
    }
  }

  connect(): void {
    this.link.status = 'ready'
    this.delivery.online()
  }

  /** Its own listeners get it at once. */
  send(): number {
    const own = this.#known[this.name]
    own.last += 1
    own.delivered.push(own.last)
    this.delivery.send(new TextEncoder().encode(`${this.name} ${own.last}`), 1)
    return own.last
  }

  /** The sequence numbers that were delivered of an origin, in their order. */
  delivered(subject: Name): readonly number[] {
    return this.#known[subject].delivered
  }

  /** The latest events of an origin. */
  latest(subject: Name, count: number): { number: number; state: State }[] {
    const known = this.#known[subject]
    const from = Math.max(1, known.last - count + 1)
    return Array.from({ length: known.last - from + 1 }, (_, index) => from + index).map((number) => ({
      number,
      state: known.state(number)
    }))
  }

  /** Whether it knows of events that it does not have. */
  get isMissing(): boolean {
    return NAMES.some((name) => this.latest(name, 100).some(({ state }) => state === 'missing'))
  }

  #note({ kind, subject, ranges }: Shown): void {
    if (kind === 'NACK' || subject === this.name) return
    const known = this.#known[subject]
    for (const { from, to } of ranges) {
      known.last = Math.max(known.last, to)
      if (kind === 'heartbeat') continue
      for (let number = from; number <= to; number += 1) {
        if (known.arrived.has(number)) continue
        known.arrived.add(number)
        if (kind === 'retransmission') known.retransmitted.add(number)
      }
    }
  }
}
