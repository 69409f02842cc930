import { randomBytes } from 'node:crypto'
import { sealingKeys } from '../../lib/sealing/secret-option.js'
import { Failures, limitOf } from './failures.js'
import { checkAll, checkDropped } from './invariants.js'
import { SimBroker } from './sim-broker.js'
import { SimClock } from './sim-clock.js'
import { SimInstance, type SimInstanceOptions } from './sim-instance.js'

/** How long failures happen, and how long the quiet period after them is, in ms. */
const FAILURES = 60_000
const QUIET = 150_000

/** With this wall clocks go in every other schedule: then what takes 0.6 s is too old to begin with over a new connection. */
const WALL_SPEED = 100

/** The result of a schedule. */
export interface Outcome {
  instances: SimInstance[]
  events: number
  gaps: number
  duplicates: number
  reconnects: number
  /** Sealed messages that came again. */
  replayed: number
  /** Sealed messages that were too old, as time on the wall went so fast. */
  outdated: number
}

/**
 * Runs some instances through a minute of failures, derived from the seed, and then two and a half quiet ones.
 *
 * @param isSealed whether the instances have a secret
 * @throws Error that names the seed if a promise is broken
 */
export async function runSchedule(seed: number, { isSealed = false } = {}): Promise<Outcome> {
  try {
    return await new Schedule(seed, isSealed).run()
  } catch (cause) {
    throw new Error(
      `npm run simulate -- --seed ${seed}${isSealed ? ' --sealed' : ''}: ${(cause as Error).message}`,
      { cause }
    )
  }
}

class Schedule {
  readonly #clock: SimClock
  readonly #broker: SimBroker
  readonly #failures: Failures
  readonly #options: SimInstanceOptions
  /** The size of the largest events, in bytes. */
  readonly #largest: number
  /** All instances, closed ones included. */
  readonly #instances: SimInstance[] = []

  constructor(seed: number, isSealed: boolean) {
    const clock = new SimClock(seed)
    this.#clock = clock
    this.#broker = new SimBroker(clock)
    this.#failures = new Failures(this.#broker)
    this.#options = {
      history: clock.chance(0.3) ? { events: 20, bytes: 1e9 } : { events: 1e6, bytes: 1e9 },
      heartbeat: clock.integer(3, 6) * 1000,
      maxPayload: clock.chance(0.2) ? 600 : 1e6,
      pace: clock.integer(10, 1000),
      wallSpeed: seed % 2 === 0 ? WALL_SPEED : 1,
      keys: isSealed ? sealingKeys(randomBytes(32).toString('base64'), 'simulated') : undefined
    }
    const isLimited = clock.chance(0.25)
    this.#largest = isLimited ? 60_000 : 0
    if (isLimited) this.#broker.limit = limitOf(clock)
  }

  async run(): Promise<Outcome> {
    const clock = this.#clock
    for (let count = clock.integer(2, 5); count > 0; count -= 1) this.#add()
    this.#instances.forEach((instance) => void this.#work(instance))
    for (let at = clock.integer(0, 4000); at < FAILURES; at += clock.integer(500, 15_000)) {
      clock.after(at, () => this.#fail())
    }
    await clock.run(FAILURES)
    this.#failures.end(this.#instances)
    await clock.run(FAILURES + QUIET / 2)
    const busy = this.#effort()
    await clock.run(FAILURES + QUIET)
    checkAll(this.#instances, this.#options.history, busy, this.#effort())
    checkDropped(this.#instances, this.#options.wallSpeed !== 1)
    return this.#outcome()
  }

  #alive(): SimInstance[] {
    return this.#instances.filter(({ isOpen }) => isOpen)
  }

  /** At least two are always there. */
  #any(): SimInstance {
    const alive = this.#alive()
    return alive[this.#clock.integer(0, alive.length - 1)] as SimInstance
  }

  #add(): SimInstance {
    const instance = new SimInstance(this.#broker, this.#options)
    this.#instances.push(instance)
    return instance
  }

  /** Makes events from time to time: single ones, several in a turn, bulks. */
  #work(instance: SimInstance): void {
    const clock = this.#clock
    const pace = clock.integer(20, 3000)
    const again = () => {
      if (!instance.isOpen || clock.now() > FAILURES) return
      for (let count = clock.chance(0.2) ? clock.integer(2, 30) : 1; count > 0; count -= 1) {
        if (clock.chance(0.02)) instance.lose()
        else instance.emit(clock.chance(0.1) ? clock.integer(2, 10) : 1, this.#padding())
      }
      clock.after(clock.random() * pace * 2, again)
    }
    clock.after(clock.random() * 1000, again)
  }

  #padding(): number {
    const clock = this.#clock
    if (this.#largest > 0 && clock.chance(0.02)) return clock.integer(1000, this.#largest)
    return clock.chance(0.1) ? 800 : 0
  }

  #fail(): void {
    const clock = this.#clock
    const victim = this.#any()
    const failures = [
      () => this.#broker.restart(clock.integer(1, 8000)),
      () => victim.link.cut(),
      () => this.#failures.set(victim, 'deaf'),
      () => this.#failures.set(victim, 'mute'),
      () => this.#failures.storm(),
      () => this.#failures.partition(this.#instances),
      () => this.#alive().length > 2 && victim.kill(),
      () => this.#alive().length > 2 && void victim.close(),
      () => this.#instances.length < 8 && this.#work(this.#add()),
      () => this.#failures.splitOneWay(victim, this.#any()),
      () => this.#failures.refuse(victim),
      () => this.#failures.block(victim),
      () => this.#failures.flap(victim),
      () => this.#failures.stop(victim),
      () => this.#instances.length < 8 && this.#interruptFirstSight(victim)
    ]
    failures[clock.integer(0, failures.length - 1)]?.()
  }

  /** An older instance, a newcomer, or both are away when they could hear each other for the first time. */
  #interruptFirstSight(older: SimInstance): void {
    const clock = this.#clock
    if (clock.chance(0.7)) older.link.cut(clock.integer(1, 8000))
    const newcomer = this.#add()
    this.#work(newcomer)
    newcomer.onProven = () => {
      for (let count = clock.integer(0, 5); count > 0; count -= 1) older.emit()
      clock.after(clock.random() * 200, () => {
        const failures = [
          () => newcomer.link.cut(clock.integer(1, 8000)),
          () => this.#failures.set(newcomer, 'deaf'),
          () => this.#failures.set(newcomer, 'mute'),
          () => older.link.cut(clock.integer(1, 8000)),
          () => this.#failures.set(older, 'deaf')
        ]
        failures[clock.integer(0, failures.length - 1)]?.()
      })
    }
  }

  /** What must not grow any more in the quiet period. */
  #effort(): number {
    return this.#instances.reduce((sum, { counts }) => sum + counts.resent + counts.duplicate, 0)
  }

  #outcome(): Outcome {
    const instances = this.#instances
    const sum = (of: (instance: SimInstance) => number) =>
      instances.reduce((total, one) => total + of(one), 0)
    return {
      instances,
      events: sum(({ made }) => made),
      gaps: sum(({ counts }) => counts.missed),
      duplicates: sum(({ counts }) => counts.duplicate),
      reconnects: sum(({ link }) => link.reconnects),
      replayed: sum(({ counts }) => counts.dropped.replayed),
      outdated: sum(({ counts }) => counts.dropped.outdated)
    }
  }
}
