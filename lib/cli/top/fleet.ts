import type { Instance } from '../observe/instance.js'

/** An instance with what was measured of it. */
export interface Row extends Instance {
  /** Events a second, since the last look. */
  readonly rate: number
}

/** How fast each instance makes events, by how far its sequence has come from one look to the next. */
export class Fleet {
  #before = new Map<string, number>()
  #lookedAt = performance.now()

  look(instances: readonly Instance[]): Row[] {
    const now = performance.now()
    const seconds = (now - this.#lookedAt) / 1000
    const before = this.#before
    this.#before = new Map(instances.map(({ origin, last }) => [origin, last]))
    this.#lookedAt = now
    return instances.map((instance) => {
      const made = instance.last - (before.get(instance.origin) ?? instance.last)
      return { ...instance, rate: seconds > 0 ? Math.round((Math.max(0, made) / seconds) * 10) / 10 : 0 }
    })
  }
}
