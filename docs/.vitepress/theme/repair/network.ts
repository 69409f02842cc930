import type { Link, SyncStatus } from '../../../../lib/adapters/link.js'
import type { SimClock } from '../../../../spec/simulation/sim-clock.js'
import type { Name, Shown } from './frames.js'

/** How long a frame takes from an instance to the broker, and from there to an instance, in ms: so long that it can be drawn. */
export const HOP = 8
/** Between two frames on the same way, in ms: they can be told apart. */
const SPACING = 3

/** A frame on one of its ways: to the broker, or from there to an instance. */
export interface Travel {
  id: number
  instance: Name
  direction: 'up' | 'down'
  shown: Shown
  /** To the one that sent it. */
  isEcho: boolean
  /** It will not arrive. */
  isLost: boolean
  departs: number
  arrives: number
}

export interface NetworkHost {
  show(bytes: Uint8Array): Shown
  /** A frame leaves an instance, or is lost on the way to one. */
  sent(from: Name, shown: Shown): void
  lost(to: Name, shown: Shown): void
}

/** A broker that passes each message on to all, and loses those that it is told to lose. */
export class Network {
  /** Those to which the next frame of another instance is lost. */
  readonly losing = new Set<Name>()
  readonly #links: PictureLink[] = []
  #travels: Travel[] = []
  #count = 0

  constructor(
    readonly clock: SimClock,
    readonly host: NetworkHost
  ) {}

  add(link: PictureLink): void {
    this.#links.push(link)
  }

  /** The frames that are under way now. */
  get travels(): readonly Travel[] {
    const now = this.clock.now()
    this.#travels = this.#travels.filter(({ arrives }) => arrives > now)
    return this.#travels.filter(({ departs }) => departs <= now)
  }

  /** How many frames have begun or ended a way: what a step waits for. */
  changes = 0

  /** Resolves when the broker has the message. */
  publish(from: PictureLink, bytes: Uint8Array): Promise<void> {
    const shown = this.host.show(bytes)
    this.host.sent(from.name, shown)
    return new Promise((resolve) => {
      this.#travel(from, 'up', shown, { isEcho: false, isLost: false }, () => {
        this.clock.isAwaited = true
        resolve()
        for (const to of this.#links) this.#pass(from, to, bytes, shown)
      })
    })
  }

  #pass(from: PictureLink, to: PictureLink, bytes: Uint8Array, shown: Shown): void {
    const isEcho = from === to
    const isLost = !isEcho && this.losing.delete(to.name)
    if (isLost) this.host.lost(to.name, shown)
    this.#travel(to, 'down', shown, { isEcho, isLost }, () => {
      if (!isLost) to.onMessage(bytes)
    })
  }

  #travel(
    link: PictureLink,
    direction: 'up' | 'down',
    shown: Shown,
    fate: Pick<Travel, 'isEcho' | 'isLost'>,
    arrived: () => void
  ): void {
    const { clock } = this
    const departs = Math.max(clock.now(), link.free[direction])
    link.free[direction] = departs + SPACING
    const arrives = departs + HOP
    this.#count += 1
    this.#travels.push({ id: this.#count, instance: link.name, direction, shown, ...fate, departs, arrives })
    this.changes += 1
    clock.after(arrives - clock.now(), () => {
      this.changes += 1
      arrived()
    })
  }
}

/** The connection of one instance, which never breaks. */
export class PictureLink implements Link {
  status: SyncStatus = 'connecting'
  readonly maxPayload = 1e6
  readonly echoes = true
  onMessage: (bytes: Uint8Array) => void = () => {}
  /** When the next frame can leave on each way. */
  readonly free = { up: 0, down: 0 }
  readonly #network: Network

  constructor(
    readonly name: Name,
    network: Network
  ) {
    this.#network = network
    network.add(this)
  }

  publish(bytes: Uint8Array): Promise<void> {
    this.#network.clock.isAwaited = true
    return this.#network.publish(this, bytes)
  }

  reconnect(cause: Error): void {
    throw cause
  }
}
