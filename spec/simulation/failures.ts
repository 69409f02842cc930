import { FAIR, type SimBroker, type SizeLimit } from './sim-broker.js'
import type { SimClock } from './sim-clock.js'
import type { SimInstance } from './sim-instance.js'

/** What happens to instances, their connections and the broker, for some time each. */
export class Failures {
  readonly #broker: SimBroker
  readonly #clock: SimClock

  constructor(broker: SimBroker) {
    this.#broker = broker
    this.#clock = broker.clock
  }

  /** Its messages are lost, or it receives nothing, until it reconnects. */
  set({ link }: SimInstance, what: 'deaf' | 'mute'): void {
    if (link.status === 'ready') link[what] = true
  }

  /** The messages of one do not reach another one, for some time or until one of both reconnects. */
  splitOneWay(from: SimInstance, to: SimInstance): void {
    if (from === to) return
    from.link.unheardBy.add(to.link)
    this.#clock.after(this.#clock.integer(100, 60_000), () => from.link.unheardBy.delete(to.link))
  }

  /** It may not publish for some time. */
  refuse({ link }: SimInstance): void {
    link.isRefusing = true
    link.refusedAt = Number.POSITIVE_INFINITY
    this.#clock.after(this.#clock.integer(100, 20_000), () => {
      link.isRefusing = false
      link.refusedAt = this.#clock.now()
    })
  }

  /** The broker takes nothing for some time, such as for a lack of memory, and says so. */
  block({ link }: SimInstance): void {
    if (link.status !== 'ready') return
    link.isBlocked = true
    this.#clock.after(this.#clock.integer(100, 20_000), () => link.unblock())
  }

  /** Its connections die young. */
  flap({ link }: SimInstance): void {
    const clock = this.#clock
    const until = clock.now() + clock.integer(500, 10_000)
    const again = () => {
      link.cut()
      if (clock.now() < until) clock.after(clock.integer(5, 500), again)
    }
    again()
  }

  /** A process sleeps, and its clock stands still; its connection may be lost meanwhile. */
  stop(victim: SimInstance): void {
    const clock = this.#clock
    if (victim.isAsleep || victim.link.status !== 'ready') return
    victim.sleep()
    const ms = clock.integer(100, 30_000)
    if (clock.chance(0.5)) clock.after(clock.random() * ms, () => victim.link.cut())
    clock.after(ms, () => victim.wake())
  }

  storm(): void {
    const clock = this.#clock
    const some = () => (clock.chance(0.5) ? clock.random() * 0.5 : 0)
    this.#broker.weather = {
      loss: some(),
      duplication: some(),
      reordering: some(),
      delay: clock.integer(1, 300)
    }
    clock.after(clock.integer(100, 10_000), () => {
      this.#broker.weather = FAIR
    })
  }

  partition(instances: readonly SimInstance[]): void {
    for (const { link } of instances) link.partition = this.#clock.integer(0, 1)
    this.#clock.after(this.#clock.integer(100, 10_000), () => this.#unite(instances))
  }

  /** All of it is over, but for the broker's limit. */
  end(instances: readonly SimInstance[]): void {
    this.#broker.weather = FAIR
    this.#unite(instances)
    for (const instance of instances) {
      instance.link.unheardBy.clear()
      instance.link.isRefusing = false
      instance.link.unblock()
      if (instance.isOpen) instance.wake()
    }
  }

  #unite(instances: readonly SimInstance[]): void {
    for (const { link } of instances) link.partition = 0
  }
}

/** Smaller than the largest events, and larger than the least size that is tried. */
export function limitOf(clock: SimClock): SizeLimit {
  const effects = ['refuses', 'cuts publisher', 'cuts subscribers'] as const
  const effect = effects[clock.integer(0, 2)] as SizeLimit['effect']
  return { bytes: clock.integer(5000, 50_000), effect }
}
