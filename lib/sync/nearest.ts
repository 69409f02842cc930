import { closest, distance } from 'fastest-levenshtein'

/** The known name that a misspelled one most likely stands for: at most a third of its letters are wrong. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3))
  const close = closest(name, known)
  if (distance(name, close) <= limit) return close
  return known.find((one) => swapped(name).includes(one))
}

/** The name with each pair of neighboring letters in the other order: one mistake that counts as two in a distance. */
function swapped(name: string): string[] {
  return Array.from(
    { length: Math.max(0, name.length - 1) },
    (_, at) => name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2)
  )
}
