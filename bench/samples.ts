import { type Figure, median } from './rounds.js'
import type { Contestant } from './sides/side.js'
import type { Row } from './table.js'

/** What several rounds give, of much at once. */
export class Samples {
  readonly #works = new Map<string, { unit: string; values: Map<Contestant, number[]> }>()
  readonly #failed = new Set<Contestant>()

  /** @param value NaN where it could not be measured */
  add(contestant: Contestant, work: string, unit: string, value: number): void {
    const { values } = this.#work(work, unit)
    values.set(contestant, [...(values.get(contestant) ?? []), value])
  }

  /** A contestant that fails in it, or did before, is out of it. */
  async attempt(contestant: Contestant, act: () => Promise<void>): Promise<void> {
    if (this.#failed.has(contestant)) return
    try {
      await act()
    } catch (error) {
      this.#failed.add(contestant)
      console.error(`  ${contestant}: ${(error as Error).message}`)
    }
  }

  /** In the order in which they were added first. */
  rows(broker: string, contestants: readonly Contestant[]): Row[] {
    return [...this.#works].map(([work, { unit, values }]) => {
      const figures = contestants.map((name) => [name, this.#figure(name, values.get(name))] as const)
      return { broker, work, unit, figures: new Map(figures), isRate: false }
    })
  }

  #work(name: string, unit: string) {
    const work = this.#works.get(name) ?? { unit, values: new Map<Contestant, number[]>() }
    this.#works.set(name, work)
    return work
  }

  #figure(contestant: Contestant, values: readonly number[] = []): Figure {
    const known = values.filter((value) => !Number.isNaN(value))
    if (known.length > 0 && known.length * 2 > values.length) return median(known)
    if (this.#failed.has(contestant)) return 'failed'
    return values.length > 0 ? 'overloaded' : '–'
  }
}
