import { Delivery } from '../../lib/delivery/delivery.js'
import { Counts, type SyncGap } from '../../lib/delivery/environment.js'
import { PATIENCE } from '../../lib/delivery/receive/recovery.js'
import type { HistoryLimit } from '../../lib/delivery/send/history.js'
import { BODY_AT, ORIGIN_AT } from '../../lib/delivery/wire/frame.js'
import type { Range } from '../../lib/delivery/wire/unit.js'
import type { SyncError } from '../../lib/index.js'
import { Sealing } from '../../lib/sealing/sealing.js'
import type { SealingKeys } from '../../lib/sealing/sealing-keys.js'
import { sealedLink } from './sealed-link.js'
import { type SimBroker, SimLink } from './sim-broker.js'
import { SleepingClock } from './sleeping-clock.js'

/** When a simulation begins, in ms since 1970. */
const EPOCH = Date.UTC(2026, 0, 1)

export interface SimInstanceOptions {
  history: HistoryLimit
  heartbeat?: number
  maxPayload?: number
  pace?: number
  /** Default: nothing is sealed. */
  keys?: SealingKeys | undefined
  /** How much faster than the others' time that on the wall goes: so much longer it seems to take what is delayed. Default: 1 */
  wallSpeed?: number
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
  /** The origins that could not be asked where their sequences begin here, as nothing could be published. */
  readonly unasked = new Set<string>()
  /** When its events were made: the sequence number of the first of each call. */
  readonly madeAt: { first: number; at: number }[] = []
  /** The sequence numbers of its events that have no payload. */
  readonly lost = new Set<number>()
  readonly #broker: SimBroker
  isOpen = true
  /** When its first connection was proven. */
  provenAt: number | undefined
  /** When it woke up, if it slept. */
  wokeAt: number | undefined
  onProven: () => void = () => {}
  readonly #clock: SleepingClock
  readonly #heartbeat: number
  #echoedAt = 0
  /** When a frame of each origin was received. */
  readonly #heardAt = new Map<string, number>()
  /** What happens when it wakes up: messages and connections that came meanwhile. */
  #asleep: (() => void)[] = []
  /** How many events it has made: their sequence numbers are 1 to this. */
  made = 0

  constructor(
    broker: SimBroker,
    { history, heartbeat = 5000, maxPayload = 1e6, pace = 500, keys, wallSpeed = 1 }: SimInstanceOptions
  ) {
    const { clock } = broker
    this.#broker = broker
    this.#heartbeat = heartbeat
    this.#clock = new SleepingClock(clock)
    this.bornAt = clock.now()
    this.link = new SimLink(broker, pace, maxPayload)
    this.delivery = new Delivery({
      link: keys ? sealedLink(this.link, () => sealing) : this.link,
      isAuthentic: keys !== undefined,
      clock: this.#clock,
      counts: this.counts,
      history,
      heartbeat,
      receives: true,
      wire: 4,
      sink: {
        deliver: (payload, count) => this.#deliver(payload, count),
        plain: () => {},
        proven: () => {
          if (this.provenAt !== undefined) return
          this.provenAt = clock.now()
          this.onProven()
        },
        gap: (gap) => this.#gap(gap),
        error: (error) => this.errors.push(error)
      }
    })
    // Machines that sleep have the right time when they wake up.
    const sealing = new Sealing({
      keys,
      origin: this.origin,
      echoes: true,
      counts: this.counts,
      report: () => {},
      now: () => EPOCH + Math.floor(clock.now() * wallSpeed)
    })
    broker.instances.set(this.origin, this)
    this.link.onMessage = (bytes) =>
      this.#whenAwake(() => {
        const frame = sealing.open(bytes)
        if (!frame) return
        const origin = Buffer.from(frame).toString('hex', ORIGIN_AT, BODY_AT)
        this.#heardAt.set(origin, this.#clock.now())
        if (origin === this.origin) this.#echoedAt = clock.now()
        this.delivery.receive(frame)
      })
    this.link.onAway = () => this.#whenAwake(() => sealing.disconnected())
    this.link.onReady = () => this.#whenAwake(() => this.delivery.online())
  }

  /** How many events of a range it could not send: it has only their sequence numbers. */
  blanks(range: Range): number {
    const units = [...this.delivery.sender.history.within(range)]
    return units.filter(({ payload }) => payload.length === 0).length
  }

  /** Whether it has reported that an origin is heard and does not answer, or that it may not publish. */
  reportedSilence(origin: string): boolean {
    const isReported = ({ message }: SyncError) =>
      message.includes(`${origin} is heard but does`) || message.endsWith(', again')
    return this.errors.some(isReported)
  }

  /** Whether it may not publish, or does not know yet that it may again, or was found out so late that others gave up. */
  get isReceiveOnly(): boolean {
    const { refusedAt } = this.link
    return this.#echoedAt <= refusedAt || refusedAt > this.#broker.clock.now() - PATIENCE * this.#heartbeat
  }

  get isAsleep(): boolean {
    return this.#clock.isAsleep
  }

  sleep(): void {
    this.#clock.sleep()
  }

  wake(): void {
    if (!this.isAsleep) return
    this.#broker.clock.isAwaited = true
    this.wokeAt = this.#broker.clock.now()
    const asleep = this.#asleep
    this.#asleep = []
    this.#clock.wake()
    for (const call of asleep) if (this.isOpen) call()
  }

  get origin(): string {
    return this.delivery.origin
  }

  emit(count = 1, padding = 0): void {
    if (this.isAsleep) return
    const first = this.#make(count)
    this.delivery.send(Buffer.from(`${this.origin} ${first} ${count} ${'x'.repeat(padding + count)}`), count)
  }

  /** An event that it could not send: only its sequence number travels. */
  lose(): void {
    if (this.isAsleep) return
    this.lost.add(this.#make(1))
    this.delivery.send(Buffer.alloc(0), 1)
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

  #whenAwake(call: () => void): void {
    if (this.isAsleep) this.#asleep.push(call)
    else call()
  }

  /** Returns the sequence number of the first. */
  #make(count: number): number {
    const first = this.made + 1
    this.made += count
    this.madeAt.push({ first, at: this.#broker.clock.now() })
    return first
  }

  #deliver(payload: Uint8Array, count: number): void {
    const [origin = '', first, announced] = payload.toString().split(' ')
    if (Number(announced) !== count) throw new Error(`${announced} events were delivered as ${count}`)
    this.#record(origin, { from: Number(first), to: Number(first) + count - 1, gap: false })
  }

  #gap({ origin, from, to, missed }: SyncGap): void {
    if (to - from + 1 !== missed) throw new Error(`a gap from ${from} to ${to} counts ${missed}`)
    const maker = this.#broker.instances.get(origin)
    const oldest =
      maker?.isOpen && !maker.isAsleep ? maker.delivery.sender.history.oldest : Number.POSITIVE_INFINITY
    const isLost = maker && maker.blanks({ from, to }) === to - Math.max(from, oldest) + 1
    const isDue = isLost || this.#isUnheard(origin) || this.#wasRefused(maker) || this.reportedSilence(origin)
    if (to >= oldest && !isDue)
      throw new Error(`of ${origin}: a gap up to ${to}, though the origin has all events from ${oldest} on`)
    this.#record(origin, { from, to, gap: true })
  }

  /** Who was not heard for so many rounds has left, as far as can be known here, though it may only be slow to recover. */
  #isUnheard(origin: string): boolean {
    const rounds = 8 * 0.75 * this.#heartbeat
    return this.#clock.now() - (this.#heardAt.get(origin) ?? 0) >= rounds
  }

  /** Who may not publish can neither request events nor send them again. */
  #wasRefused(maker: SimInstance | undefined): boolean {
    return this.isReceiveOnly || maker?.isReceiveOnly === true
  }

  #record(origin: string, seen: Seen): void {
    if (!this.isOpen) throw new Error(`something was delivered after the end, at ${this.#broker.clock.now()}`)
    const list = this.seen.get(origin)
    if (list) list.push(seen)
    else {
      this.seen.set(origin, [seen])
      if (this.#wasRefused(undefined)) this.unasked.add(origin)
    }
  }
}
