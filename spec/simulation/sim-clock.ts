import type { Cancel, Clock } from '../../lib/delivery/clock.js'

interface Task {
  at: number
  order: number
  run: (() => void) | undefined
}

/** Virtual time and seeded randomness: the same seed gives the same run. */
export class SimClock implements Clock {
  /** Whether the running task has created or settled a promise. */
  isAwaited = false
  readonly #heap: Task[] = []
  #now = 0
  #order = 0
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  now(): number {
    return this.#now
  }

  /** Mulberry32. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `low` to `high`. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1))
  }

  /** True with a probability. */
  chance(probability: number): boolean {
    return this.random() < probability
  }

  after(ms: number, callback: () => void): Cancel {
    const task: Task = { at: this.#now + ms, order: this.#order++, run: callback }
    this.#push(task)
    return () => {
      task.run = undefined
    }
  }

  turn(callback: () => void): void {
    this.after(0, callback)
  }

  /** Lets time pass; promises settle after each task that involves one. */
  async run(until: number): Promise<void> {
    for (let task = this.#heap[0]; task && task.at <= until; task = this.#heap[0]) {
      this.#pop()
      if (!task.run) continue
      this.#now = task.at
      task.run()
      if (!this.isAwaited) continue
      this.isAwaited = false
      await settled()
    }
    this.#now = until
  }

  #push(task: Task): void {
    const heap = this.#heap
    let at = heap.push(task) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(task, heap[parent] as Task)) break
      heap[at] = heap[parent] as Task
      at = parent
    }
    heap[at] = task
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Task
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Task, heap[child] as Task)) child += 1
      if (!isBefore(heap[child] as Task, last)) break
      heap[at] = heap[child] as Task
      at = child
    }
    heap[at] = last
  }
}

function isBefore(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

/** The longest chain of promises in the code under test is shorter than this. */
async function settled(): Promise<void> {
  for (let round = 0; round < 12; round += 1) await undefined
}
