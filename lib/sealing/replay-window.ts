/** How far frames may come out of order. */
const SIZE = 1024

/** Accepts each number once: those above the highest, and those that were left out shortly before (RFC 4303, section 3.4.3). */
export class ReplayWindow {
  #highest: number
  #skipped: Set<number> | undefined

  /** @param first the first number that was accepted */
  constructor(first: number) {
    this.#highest = first
  }

  isNew(number: number): boolean {
    return number > this.#highest || (this.#skipped?.has(number) ?? false)
  }

  accept(number: number): void {
    if (number > this.#highest) {
      if (number > this.#highest + 1) this.#skip(Math.max(this.#highest + 1, number - SIZE), number)
      this.#highest = number
    } else this.#skipped?.delete(number)
  }

  /** Accepts that number, and then only those above it. */
  restart(number: number): void {
    this.#highest = Math.max(this.#highest, number)
    this.#skipped = undefined
  }

  #skip(from: number, to: number): void {
    const skipped = this.#skipped ?? new Set()
    for (let number = from; number < to; number += 1) skipped.add(number)
    for (const number of skipped) {
      if (number >= to - SIZE) break
      skipped.delete(number)
    }
    this.#skipped = skipped
  }
}
