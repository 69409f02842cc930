import type { HistoryLimit } from '../../lib/delivery/send/history.js'
import type { SimInstance } from './sim-instance.js'

/** Checks the promises of delivery on all instances, after a quiet period. */
export function checkAll(
  instances: readonly SimInstance[],
  limit: HistoryLimit,
  effortBefore: number,
  effortAfter: number
): void {
  for (const receiver of instances) {
    checkBounds(receiver, limit)
    for (const origin of instances) checkSequence(receiver, origin)
    checkErrors(receiver)
  }
  if (effortAfter !== effortBefore)
    fail(`not quiet: ${effortAfter - effortBefore} events were retransmitted in the end`)
}

/**
 * Each event once and in order, or in a gap, without a hole: from the first one that was made after the receiver was proven, to
 * the end if the origin lives.
 */
function checkSequence(receiver: SimInstance, origin: SimInstance): void {
  const seen = receiver.seen.get(origin.origin)
  const names = `${receiver.origin.slice(0, 4)} of ${origin.origin.slice(0, 4)}`
  if (receiver === origin) {
    if (seen) fail(`${names}: its own events were delivered`)
    return
  }
  let next: number | undefined
  for (const sequence of origin.lost) {
    const of = seen?.find(({ from, to }) => from <= sequence && sequence <= to)
    if (of && !of.gap) fail(`${names}: ${sequence} was delivered, though it was not sent`)
  }
  for (const { from, to, gap } of seen ?? []) {
    if (next !== undefined && from !== next)
      fail(`${names}: ${next - 1} is followed by ${gap ? 'a gap from ' : ''}${from}`)
    next = to + 1
  }
  const first = seen?.[0]?.from
  if (!receiver.isOpen || !origin.isOpen || origin.made === 0) return
  const { provenAt = Number.POSITIVE_INFINITY, wokeAt = 0 } = receiver
  // Who sleeps at first sight, by a clock that stands still, does not know how long it has been there.
  const since = Math.max(provenAt, wokeAt)
  const due = origin.madeAt.find(({ at }) => at > since)?.first ?? origin.made + 1
  if (
    (first ?? origin.made + 1) > due &&
    !receiver.reportedSilence(origin.origin) &&
    !receiver.unasked.has(origin.origin)
  )
    fail(`${names}: begins with ${first}, though ${due} was made after it was proven`)
  if (next === undefined && due > origin.made) return // it made none since
  if (next !== origin.made + 1) fail(`${names}: ends with ${(next ?? 1) - 1} of ${origin.made}`)
}

/** One that ended in the midst of work may have held what waited for the broker. */
function checkBounds({ delivery: { sender }, isOpen }: SimInstance, limit: HistoryLimit): void {
  const { events, bytes } = sender.history
  if (isOpen && events > limit.events && events > 10) fail(`the history has ${events} events`)
  if (bytes > limit.bytes) fail(`the history has ${bytes} bytes`)
}

/** Only the kinds of errors that the simulated failures cause may be reported. */
function checkErrors({ errors }: SimInstance): void {
  for (const { kind, message } of errors) {
    // Fragments of different frames that begin with the same event may be mixed where messages are reordered.
    const isMixed = kind === 'frame' && message.endsWith('received a message that is truncated')
    if (!isMixed && !['connect', 'publish', 'overflow', 'too-large'].includes(kind))
      fail(`an error of kind ${kind}: ${message}`)
  }
}

function fail(text: string): never {
  throw new Error(text)
}

/** Of members' messages the seal drops none but those that come again, and, where it may be, those that seem to be recordings. */
export function checkDropped(instances: readonly SimInstance[], mayBeOutdated: boolean): void {
  for (const { origin, counts } of instances) {
    const { replayed: _, outdated, ...others } = counts.dropped
    const dropped = [...Object.values(others), mayBeOutdated ? 0 : outdated]
    if (dropped.some((count) => count > 0))
      fail(`${origin} has dropped messages: ${JSON.stringify(counts.dropped)}`)
  }
}
