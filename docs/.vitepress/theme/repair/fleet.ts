import { SimClock } from '../../../../spec/simulation/sim-clock.js'
import { type Kind, NAMES, type Name, show } from './frames.js'
import { Instance } from './instance.js'
import { HOP, Network } from './network.js'

/** A line of the log: what happened, when in ms of simulated time. */
export interface Entry {
  id: number
  at: number
  kind: Kind | 'lost' | 'recovered' | 'gap'
  text: string
}

const LOG_LENGTH = 60
/** Nothing more is sent about the connecting when nothing was for so long, in ms. */
const QUIET = 1000

/** Three instances and a broker, in simulated time: the same seed and the same calls give the same run. */
export class Fleet {
  readonly instances: readonly Instance[]
  readonly network: Network
  readonly log: Entry[] = []
  readonly #clock: SimClock
  #startedAt = 0
  #entries = 0
  #advanced = Promise.resolve()

  constructor(seed: number) {
    this.#clock = new SimClock(seed)
    this.network = new Network(this.#clock, {
      show: (bytes) => show(bytes, (origin) => this.#nameOf(origin)),
      sent: (from, { kind, text }) => this.#enter(kind, `${from} sends ${kind} ${text}`),
      lost: (to, { kind, text }) => this.#enter('lost', `${kind} ${text} is lost on the way to ${to}`)
    })
    this.instances = NAMES.map(
      (name) =>
        new Instance(
          name,
          this.network,
          (subject, number, state) => {
            if (state === 'recovered') this.#enter('recovered', `${name} has recovered ${subject}${number}`)
          },
          ({ origin, from, to }) =>
            this.#enter('gap', `${name} reports a gap: ${this.#nameOf(origin)}${from}–${to}`)
        )
    )
  }

  /** Connects all, and lets them get to know each other, before anything is shown. */
  async start(): Promise<void> {
    for (const instance of this.instances) instance.connect()
    const isReady = () =>
      this.instances.every(
        ({ delivery: { isProven, receiver } }) =>
          isProven && receiver.size === NAMES.length - 1 && receiver.peers.every(({ isPlaced }) => isPlaced)
      )
    let quietSince = 0
    while (!isReady() || this.#clock.now() - quietSince < QUIET) {
      await this.#clock.run(this.#clock.now() + 1)
      if (this.network.travels.length > 0) quietSince = this.#clock.now()
    }
    this.#startedAt = this.#clock.now()
    this.log.length = 0
  }

  /** Milliseconds since the start. */
  get now(): number {
    return this.#clock.now() - this.#startedAt
  }

  instance(name: Name): Instance {
    return this.instances[NAMES.indexOf(name)] as Instance
  }

  /** Frames are under way; or an instance waits before it sends a NACK, or for the answer; or neither. */
  get activity(): 'traveling' | 'waiting' | 'idle' {
    if (this.network.travels.length > 0) return 'traveling'
    return this.instances.some(({ isMissing }) => isMissing) ? 'waiting' : 'idle'
  }

  send(name: Name): void {
    this.instance(name).send()
  }

  /** Whether the next frame to an instance will be lost; changes it. */
  toggleLoss(name: Name): void {
    const { losing } = this.network
    if (!losing.delete(name)) losing.add(name)
  }

  /** What the page is about: a frame is lost, the next one shows it. */
  loseOne(): void {
    this.network.losing.add('B')
    this.send('A')
    this.#clock.after(2 * HOP, () => this.send('A'))
  }

  /** Lets `ms` pass, or less: until a frame begins or ends a way. */
  advance(ms: number, untilChange = false): Promise<void> {
    // One after the other: the clock must not go back.
    this.#advanced = this.#advanced.then(() => this.#advance(ms, untilChange))
    return this.#advanced
  }

  async #advance(ms: number, untilChange: boolean): Promise<void> {
    const end = this.#clock.now() + ms
    const { changes } = this.network
    while (this.#clock.now() < end && !(untilChange && this.network.changes !== changes)) {
      await this.#clock.run(Math.min(end, this.#clock.now() + 1))
    }
  }

  #nameOf(origin: string): Name {
    const found = this.instances.find(({ delivery }) => delivery.origin === origin)
    if (!found) throw new Error(`no instance has the origin ${origin}`)
    return found.name
  }

  #enter(kind: Entry['kind'], text: string): void {
    this.#entries += 1
    this.log.push({ id: this.#entries, at: this.now, kind, text })
    if (this.log.length > LOG_LENGTH) this.log.shift()
  }
}
