import type { Clock } from '../clock.js'
import type { Range } from '../wire/range.js'
import type { Unit } from '../wire/unit.js'
import type { WindowBudget } from './reorder-buffer.js'

/** What all peers have in common. None of it throws. */
export interface PeerHost {
  readonly clock: Clock
  readonly budget: WindowBudget
  /** False: origins send no beats by themselves. One that is not heard may be there all the same. */
  readonly beats: boolean
  /** How long an origin takes to notice that it hears nothing, and to connect anew, in ms. */
  readonly patience: number
  /** How many instances there are, at a guess. */
  group(): number
  /** Can the origin hear us? */
  canAsk(): boolean
  ask(target: string, ranges: readonly Range[]): void
  deliver(unit: Unit): void
  duplicate(events: number): void
  /** Events that can't be had. */
  gap(origin: string, range: Range): void
  /** An origin's numbers went back: they are taken as it says now. */
  renumbered(origin: string): void
  /** All is settled with an origin that has left. */
  left(origin: string): void
}
