/** Events within so many ms share an entry. */
const RESOLUTION = 50
/** When there are so many entries, the older half is merged in pairs. */
const MAX_ENTRIES = 2000

/** Events that were made from `at` to `until`, in ms: the first of them is `first`. */
interface Entry {
  readonly at: number
  until: number
  readonly first: number
}

/** Which sequence number an instance had reached at which time, roughly and never too high. */
export class Timeline {
  #entries: Entry[] = []

  /** To be called before an event is numbered; `next`: the sequence number that it will have. */
  add(now: number, next: number): void {
    const latest = this.#entries.at(-1)
    if (latest && now - latest.at < RESOLUTION) {
      latest.until = now
      return
    }
    this.#entries.push({ at: now, until: now, first: next })
    if (this.#entries.length >= MAX_ENTRIES) this.#thin()
  }

  /**
   * The sequence number that the next event had at a time.
   *
   * @param next the one that it has now
   */
  nextAt(time: number, next: number): number {
    const index = this.#entries.findLastIndex(({ at }) => at <= time)
    const entry = this.#entries[index]
    if (entry && time <= entry.until) return entry.first
    return this.#entries[index + 1]?.first ?? next
  }

  #thin(): void {
    const half = MAX_ENTRIES / 2
    const merged: Entry[] = []
    for (let index = 0; index < half; index += 2) {
      const [entry, other] = this.#entries.slice(index, index + 2) as [Entry, Entry]
      merged.push({ ...entry, until: other.until })
    }
    this.#entries = [...merged, ...this.#entries.slice(half)]
  }
}
