/** An object that a value is in, and those that it is in itself: no array, which would be copied at each level. */
export interface Outer {
  readonly value: object
  readonly outer: Outer | undefined
  /** In how many objects it is itself. */
  readonly depth: number
}

export function isWithin(value: object, outer: Outer | undefined): boolean {
  for (let one = outer; one; one = one.outer) if (one.value === value) return true
  return false
}
