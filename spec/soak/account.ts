import type { SyncStatus } from '../../lib/index.js'

/** A receiver that lost its connection misses what is made until a little later, in ms. */
const SLACK = 1000

/** From when to when something was done to a process, or its broker. */
export interface Window {
  from: number
  to?: number
}

/** What a receiver got of one maker. */
export interface Track {
  /** The number of the first event it got, or was told to have missed. */
  first: number
  /** The number that comes next. */
  next: number
  /** How many events it got. */
  count: number
}

export type End =
  | { how: 'killed'; at: number }
  /** By a teardown; so many events could not be sent, as it says. */
  | { how: 'left'; at: number; unsent: number }

/** What is known of one process of the soak. */
export class Account {
  /** When its `ready` resolved. */
  readyAt?: number
  origin?: string
  /** All events up to this one have been made. */
  made = 0
  end?: End
  /** Has it begun to leave? */
  isLeaving = false
  /** Does it live to the end of the soak? */
  isLast = false
  readonly tracks = new Map<number, Track>()
  /** When event `first`, and none before it, had yet to be made. */
  readonly #moments: [at: number, first: number][] = []
  readonly #statuses: [at: number, status: SyncStatus][] = []
  /** What was done to it alone. */
  readonly windows: Window[] = []

  constructor(
    readonly id: number,
    readonly name: string
  ) {}

  /** The latest one, and since when. */
  get status(): readonly [at: number, status: SyncStatus] | undefined {
    return this.#statuses.at(-1)
  }

  get reconnects(): number {
    return this.#statuses.filter(([, status]) => status === 'reconnecting').length
  }

  addMoments(moments: readonly [number, number][]): void {
    this.#moments.push(...moments)
  }

  addStatuses(statuses: readonly [number, SyncStatus][]): void {
    this.#statuses.push(...statuses)
  }

  /** The first event that was made after `at` for sure; none if undefined. */
  firstAfter(at: number): number | undefined {
    const moment = this.#moments.find(([time]) => time > at)
    return moment && moment[1] <= this.made ? moment[1] : undefined
  }

  /** Not later than event `number` was made. */
  madeAt(number: number): number {
    return this.#moments.findLast(([, first]) => first <= number)?.[0] ?? 0
  }

  /** How many events it made after it had lost its connection for the last time, until its end: none of them can have got out. */
  get madeWhileAway(): number {
    const last = this.#statuses.findLast(([, status]) => status !== 'closed')
    if (last?.[1] === 'ready') return 0
    const first = this.firstAfter(last?.[1] === 'reconnecting' ? last[0] : 0)
    return first === undefined ? 0 : this.made - first + 1
  }

  /** Was something done to it alone between the two? */
  wasTouched(from: number, to: number): boolean {
    return this.windows.some((window) => window.from <= to && (window.to ?? to) >= from)
  }

  /** Could it have missed what was sent between the two? `more`: what was done to the broker. */
  wasDisturbed(from: number, to: number, more: readonly Window[]): boolean {
    const windows = [...this.windows, ...more]
    return [...windows, ...this.#outages()].some((window) => {
      return window.from - SLACK <= to && this.#recovered(window) >= from
    })
  }

  #outages(): Window[] {
    return this.#statuses
      .filter(([, status]) => status === 'reconnecting')
      .map(([from]) => ({ from, to: from }))
  }

  /** When it was connected again. */
  #recovered({ to }: Window): number {
    if (to === undefined) return Number.POSITIVE_INFINITY
    const settled = to + SLACK
    const before = this.#statuses.findLast(([at, status]) => at <= settled && status !== 'closed')
    if (before?.[1] === 'ready') return settled
    return (
      (this.#statuses.find(([at, status]) => at > settled && status === 'ready')?.[0] ??
        Number.POSITIVE_INFINITY) + SLACK
    )
  }
}
