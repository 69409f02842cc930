import { Account, type Track, type Window } from './account.js'
import { type Delivered, type Gap, now, type Report } from './protocol.js'

/** Others take a maker for dead that was not heard for so long, in ms: what they lack then is a gap, though it may wake. */
const PRESUMED_DEAD = 15_000

/** What must not be. */
export interface Violation {
  check: Check
  text: string
}

/** What is checked on each broker. */
export const CHECKS = {
  order: 'every event once, in order, or in an exact gap',
  recovered: 'no gap of what its maker, alive and well, could still send again',
  complete: 'nothing missing at the end',
  leavers: 'who left lost nothing, or said how much',
  alive: 'no process died by itself, none lingered',
  connected: 'all got ready, and were so at the end',
  output: 'nothing unexpected on standard error, no unhandled rejection',
  memory: 'memory bounded'
} as const
export type Check = keyof typeof CHECKS

/** Keeps count of who made what and who got what, and notes at once what can't be right any more. */
export class Ledger {
  readonly accounts = new Map<number, Account>()
  readonly violations: Violation[] = []
  /** What is odd, but promised by nobody. */
  readonly remarks: string[] = []
  /** What was done to the broker. */
  readonly windows: Window[] = []
  readonly counts = { deliveries: 0, gaps: 0, missed: 0 }
  readonly #makers = new Map<string, Account>()
  /** Gaps of living makers, which those have yet to explain. */
  #unexplained: { maker: Account; to: number; at: number; text: string }[] = []
  /** What a process got from the gap of a yet unknown origin on. */
  readonly #held = new Map<Account, (Delivered | Gap)[]>()

  open(id: number, name: string): Account {
    const account = new Account(id, name)
    this.accounts.set(id, account)
    return account
  }

  note(check: Check, text: string): void {
    this.violations.push({ check, text })
  }

  setOrigin(account: Account, origin: string): void {
    account.origin = origin
    this.#makers.set(origin, account)
    for (const receiver of [...this.#held.keys()]) this.#book(receiver, [])
  }

  report(account: Account, { log, at, made, oldest, moments, statuses }: Report): void {
    this.#explain(account, at, oldest)
    account.made = made
    account.addMoments(moments)
    account.addStatuses(statuses)
    this.#book(account, log)
  }

  /** The gaps whose origin nobody has. */
  get unknown(): string[] {
    return [...this.#held].map(
      ([{ name }, [gap]]) => `${name} was told of a gap of an unknown origin: ${gap}`
    )
  }

  /** A report of `maker` at a time, when `oldest` was the first event that it could send again. */
  #explain(maker: Account, at: number, oldest: number): void {
    const isExplained = (gap: { maker: Account; at: number }) => gap.maker === maker && gap.at <= at
    const gaps = this.#unexplained.filter(isExplained)
    if (gaps.length === 0) return
    this.#unexplained = this.#unexplained.filter((gap) => !isExplained(gap))
    if (maker.isLeaving || maker.end) return
    for (const { to, at, text } of gaps) {
      const wasAway = maker.wasTouched(at - PRESUMED_DEAD, at)
      if (oldest > to || wasAway)
        this.remarks.push(`${text}: ${wasAway ? 'it was away' : 'it has them no more'}`)
      else this.note('recovered', `${text} and still has ${oldest} and later`)
    }
  }

  #book(receiver: Account, log: readonly (Delivered | Gap)[]): void {
    const all = [...(this.#held.get(receiver) ?? []), ...log]
    this.#held.delete(receiver)
    for (const [index, entry] of all.entries()) {
      if (!isGap(entry)) this.#deliver(receiver, entry)
      else if (this.#makers.has(entry[0])) this.#miss(receiver, entry)
      else {
        this.#held.set(receiver, all.slice(index))
        return
      }
    }
  }

  #deliver(receiver: Account, [id, from, to]: Delivered): void {
    const maker = this.accounts.get(id)
    if (!maker) {
      this.note('order', `${receiver.name} got event ${from} of ${id}, which is no process`)
      return
    }
    const { track, next } = trackOf(receiver, id, from)
    if (from > next)
      this.note('order', `${receiver.name} missed events ${next}-${from - 1} of ${maker.name} in silence`)
    else if (from < next)
      this.note('order', `${receiver.name} got events ${from}-${to} of ${maker.name} when ${next} was next`)
    track.next = Math.max(track.next, to + 1)
    track.count += to - from + 1
    if (receiver !== maker) this.counts.deliveries += to - from + 1
  }

  /** The numbers of the protocol are those of the events: each process makes all of its events while it is synced. */
  #miss(receiver: Account, [origin, from, to, missed]: Gap): void {
    const maker = this.#makers.get(origin) as Account
    const { track, next } = trackOf(receiver, maker.id, from)
    if (missed !== to - from + 1 || from !== next) {
      const text = `a gap of ${missed}, ${from}-${to}, of ${maker.name} when ${next} was next`
      this.note('order', `${receiver.name} was told of ${text}`)
    }
    track.next = Math.max(track.next, to + 1)
    if (!maker.isLeaving && !maker.end) {
      const text = `${receiver.name} was told of a gap of ${missed}, ${from}-${to}, of ${maker.name}, which lives`
      this.#unexplained.push({ maker, to, at: now(), text })
    }
    this.counts.gaps += 1
    this.counts.missed += missed
  }
}

function isGap(entry: Delivered | Gap): entry is Gap {
  return typeof entry[0] === 'string'
}

function trackOf({ tracks }: Account, maker: number, from: number): { track: Track; next: number } {
  const track = tracks.get(maker) ?? { first: from, next: from, count: 0 }
  tracks.set(maker, track)
  return { track, next: track.next }
}
