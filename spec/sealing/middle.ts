import type { Random } from '../soak/random.js'
import type { Mutations } from './mutations.js'

/** What happens to a message, by its weight. Lost are as many as a bad network may lose. */
const FATES = { passed: 70, lost: 4, altered: 4, afterForgery: 6, twice: 8, late: 8 }

/** How late a message may be, in ms. */
const LATEST = 600

/** Someone through whom the messages pass: loses, alters, doubles and delays them, and keeps what it has lost. */
export class Middle {
  readonly withheld: Buffer[] = []
  readonly #random: Random
  readonly #mutations: Mutations
  #isHostile = true

  constructor(random: Random, mutations: Mutations) {
    this.#random = random
    this.#mutations = mutations
  }

  /** From now on it passes on what it gets. */
  relent(): void {
    this.#isHostile = false
  }

  carry(bytes: Buffer, send: (bytes: Buffer) => void): void {
    this.#mutations.record(bytes)
    switch (this.#isHostile ? this.#random.weighted(FATES) : 'passed') {
      case 'lost':
        this.withheld.push(bytes)
        break
      case 'altered':
        this.withheld.push(bytes)
        send(this.#mutations.next('bits', bytes))
        break
      case 'afterForgery':
        send(this.#mutations.next(this.#random.chance(0.5) ? 'part' : 'bits', bytes))
        send(bytes)
        break
      case 'twice':
        send(bytes)
        send(bytes)
        break
      case 'late':
        setTimeout(() => send(bytes), this.#random.integer(1, LATEST))
        break
      case 'passed':
        send(bytes)
    }
  }
}
