import type { Account } from './account.js'
import type { Ledger, Violation } from './ledger.js'

/** What is missing at the end. */
export interface Verdict {
  /** What must not be missing: may still come while the processes live. */
  open: Violation[]
  /** Events that nobody can have: a killed process had not got them out, or a receiver was away when their maker ended. */
  excused: number
  /** What is odd but promised by nobody. */
  remarks: string[]
}

/** Compares what each living process got with what each other one made since its `ready` resolved. */
export function judge(ledger: Ledger): Verdict {
  const verdict: Verdict = { open: [], excused: 0, remarks: [] }
  const accounts = [...ledger.accounts.values()]
  for (const maker of accounts) {
    judgeOwn(maker, verdict)
    const receivers = accounts.filter((one) => one !== maker && (!one.end || isFinal(one, accounts)))
    for (const receiver of receivers)
      if (receiver.readyAt !== undefined) judgePair(ledger, maker, receiver, verdict)
    judgeLeaver(ledger, maker, receivers, verdict)
  }
  return verdict
}

/** When the soak is over all have left, and the last ones are judged as if they lived. */
function isFinal(one: Account, accounts: readonly Account[]): boolean {
  return one.isLast && accounts.every(({ end }) => end)
}

/** Local first: its own listeners get all. */
function judgeOwn(maker: Account, { open }: Verdict): void {
  const { count = 0, first = 1 } = maker.tracks.get(maker.id) ?? {}
  if (first !== 1 || (maker.end?.how !== 'killed' && count !== maker.made))
    open.push({ check: 'complete', text: `${maker.name} got ${count} of its own ${maker.made} events` })
}

function judgePair(ledger: Ledger, maker: Account, receiver: Account, verdict: Verdict): void {
  const track = receiver.tracks.get(maker.id)
  const begin = maker.firstAfter(receiver.readyAt as number)
  const first = begin ?? track?.first
  if (first === undefined) return // it made nothing since
  if (track && track.first > first) judgePart(ledger, maker, receiver, [first, track.first - 1], verdict)
  const next = track?.next ?? first
  const last = maker.end?.how === 'killed' ? known(ledger, maker) : maker.made
  if (next <= last) judgePart(ledger, maker, receiver, [next, last], verdict)
}

/** A killed process had got out what some other process got. */
function known(ledger: Ledger, maker: Account): number {
  const nexts = [...ledger.accounts.values()].flatMap((one) =>
    one === maker ? [] : [one.tracks.get(maker.id)?.next ?? 1]
  )
  return Math.max(1, ...nexts) - 1
}

function judgePart(
  ledger: Ledger,
  maker: Account,
  receiver: Account,
  [from, to]: [number, number],
  verdict: Verdict
): void {
  const { end } = maker
  const count = to - from + 1
  if (end?.how === 'left' && count <= end.unsent) return
  const ended = end ? `${end.how}${end.how === 'left' ? `, ${end.unsent} unsent` : ''}` : 'living'
  const which = receiver.tracks.get(maker.id)?.first === to + 1 ? ', the first it should have got' : ''
  const text = `${receiver.name} lacks events ${from}-${to} of ${maker.name} (${ended}, made ${maker.made})${which}`
  if (end && receiver.wasDisturbed(maker.madeAt(from), end.at, ledger.windows)) {
    verdict.excused += count
    verdict.remarks.push(`${text}: excused, as it was away`)
  } else verdict.open.push({ check: end?.how === 'left' ? 'leavers' : 'complete', text })
}

/**
 * It has to say at least what it made while it was away. What it calls unsent may have got out at the last moment: that is
 * too many by the letter, and unavoidable.
 */
function judgeLeaver(
  { windows }: Ledger,
  maker: Account,
  receivers: readonly Account[],
  { open, remarks }: Verdict
): void {
  const { end, made, name, madeWhileAway } = maker
  if (end?.how !== 'left') return
  if (end.unsent > 0 && !maker.wasDisturbed(maker.madeAt(1), end.at, windows)) {
    const text = `${name} said ${end.unsent} unsent, though nothing had been done to it${maker.readyAt === undefined ? ' (never ready)' : ''}`
    open.push({ check: 'leavers', text })
  }
  if (madeWhileAway > end.unsent) {
    const text = `${name} said ${end.unsent} unsent, but made ${madeWhileAway} since it lost its connection`
    open.push({ check: 'leavers', text })
  }
  const last = Math.max(0, ...receivers.map((one) => (one.tracks.get(maker.id)?.next ?? 1) - 1))
  if (made - last < end.unsent) remarks.push(`${name} said ${end.unsent} unsent, ${made - last} were`)
}
