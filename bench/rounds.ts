import type { Contestant } from './sides/side.js'

/** What was measured of one contestant: a number, or why there is none. */
export type Figure = number | string

export interface Contest<Entrant> {
  entrants: readonly Entrant[]
  rounds: number
  measure(entrant: Entrant): Promise<number>
}

/** The median of several rounds of each; A, B, C, A, B, C…, so that a slow minute of the machine hits all of them. */
export async function contest<Entrant extends { contestant: Contestant }>({
  entrants,
  rounds,
  measure
}: Contest<Entrant>): Promise<Map<Contestant, Figure>> {
  const results = new Map<Contestant, number[]>()
  const failures = new Map<Contestant, string>()
  for (let round = 0; round < rounds; round += 1) {
    for (const entrant of entrants) {
      const { contestant } = entrant
      if (failures.has(contestant)) continue
      try {
        const all = results.get(contestant) ?? []
        all.push(await measure(entrant))
        results.set(contestant, all)
      } catch (error) {
        failures.set(contestant, 'failed')
        console.error(`${contestant}: ${(error as Error).message}`)
      }
    }
  }
  return new Map(
    entrants.map(({ contestant }) => [
      contestant,
      failures.get(contestant) ?? median(results.get(contestant) ?? [])
    ])
  )
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

export function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
