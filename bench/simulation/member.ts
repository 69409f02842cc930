import { Delivery } from '../../lib/delivery/delivery.js'
import { Counts } from '../../lib/delivery/environment.js'
import { type SimBroker, SimLink } from '../../spec/simulation/sim-broker.js'

/** How long connecting takes at most, in ms. */
const PACE = 500
/** An event as it travels. */
const PAYLOAD = Buffer.alloc(350, 'x')

/** One instance: real delivery on a simulated link. It keeps no record of its own, so that its memory is that of delivery. */
export class Member {
  readonly counts = new Counts()
  readonly delivery: Delivery
  readonly link: SimLink
  readonly bornAt: number
  /** When its connection was proven. */
  provenAt: number | undefined
  errors = 0
  made = 0

  constructor(broker: SimBroker) {
    const { clock } = broker
    this.bornAt = clock.now()
    this.link = new SimLink(broker, PACE, 1e6)
    this.delivery = new Delivery({
      link: this.link,
      clock,
      counts: this.counts,
      history: { events: 50_000, bytes: 2 ** 25 },
      heartbeat: 5000,
      receives: true,
      wire: 4,
      sink: {
        deliver: () => {},
        plain: () => {},
        proven: () => {
          this.provenAt ??= clock.now()
        },
        gap: () => {
          this.errors += 1
        },
        error: () => {
          this.errors += 1
        }
      }
    })
    this.link.onMessage = (bytes) => this.delivery.receive(bytes)
    this.link.onReady = () => this.delivery.online()
  }

  emit(): void {
    this.made += 1
    this.delivery.send(PAYLOAD, 1)
  }

  /** Of how many others it knows where their events begin here. */
  get placed(): number {
    return this.delivery.receiver.peers.filter(({ isPlaced }) => isPlaced).length
  }

  /** Whether it has all events of another one, or has reported them as a gap. */
  hasAllOf({ delivery: { origin }, made }: Member): boolean {
    return this.delivery.receiver.peer(origin)?.next === made + 1
  }
}
