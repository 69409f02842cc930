import { LIBRARY } from '../../adapters/library.js'
import type { SyncAdapter } from '../../adapters/sync-adapter.js'
import { largestPayload } from '../../delivery/wire/fragments.js'
import { SyncError } from '../../errors.js'
import { dropText, reasonsIn } from '../drop-texts.js'
import { Observer } from '../observe/observer.js'
import type { Place } from '../place.js'
import type { Terminal } from '../terminal.js'
import { bytes, count, duration, milliseconds, named, printable } from '../text.js'
import { adviceFor } from './advice.js'
import type { Facts, Finding } from './findings.js'
import { Report } from './report.js'

/** How many messages the round trip is measured by, and how long that may take, in ms. */
const PINGS = { most: 200, time: 2000 }

/** A clock that differs by more makes logs misleading, in ms. */
const SKEW = 1000

export interface CheckOptions {
  /** How long connecting, and a message on its way, may take, in ms. */
  readonly timeout: number
  readonly json: boolean
}

/**
 * Finds out what stands between this machine and the broker.
 *
 * @returns the exit code: 0, or 1 if there is a problem
 */
export async function check(place: Place, options: CheckOptions, terminal: Terminal): Promise<number> {
  const report = new Report(place, terminal, options.json)
  const facts: Facts = {}
  const observer = new Observer(place, {
    events: () => {},
    gap: () => {},
    came: () => {},
    went: () => {},
    plain: () => {},
    away: () => {},
    error: () => {} // what matters fails a check
  })
  try {
    const startedAt = performance.now()
    const adapter = await observer.connect({ ...options, signal: terminal.signal })
    facts.connected = performance.now() - startedAt
    report.add({
      check: 'connection',
      status: 'ok',
      text: `connected and subscribed in ${milliseconds(facts.connected)}`
    })
    await checkBroker(adapter, facts, report)
    if (await checkRights(observer, place, options, facts, report)) {
      await checkRoundTrip(observer, place, options, terminal, facts, report)
    }
    checkLimits(adapter, facts, report)
    checkClock(facts, report)
    await checkInstances(observer, place, terminal, facts, report)
    checkSecret(observer, place, facts, report)
  } catch (error) {
    if (terminal.signal.aborted) return Number(terminal.signal.reason)
    if (!(error instanceof SyncError)) throw error
    if (error.kind === 'auth' && facts.connected === undefined)
      facts.rights = { subscribe: false, publish: false }
    report.add(problem('connection', error, place))
  } finally {
    await observer.close()
  }
  report.end({ version: LIBRARY.version, ...facts })
  return report.problems === 0 ? 0 : 1
}

function problem(check: Finding['check'], { kind, message }: SyncError, place: Place): Finding {
  const text = printable(message.replace(/^feathers-sync: /, ''))
  const advice = adviceFor(text, place)
  return { check, status: 'problem', kind, text, ...(advice && { advice: printable(advice) }) }
}

async function checkBroker(adapter: SyncAdapter, facts: Facts, report: Report): Promise<void> {
  const info = await adapter.serverInfo()
  facts.broker = info
  const name = [info.product, info.version].filter(Boolean).join(' ')
  report.add({ check: 'broker', status: 'ok', text: printable([name, ...info.notes].join(', ')) })
}

/** By doing it: the one message, published with the real key, has to come back. */
async function checkRights(
  observer: Observer,
  place: Place,
  { timeout }: CheckOptions,
  facts: Facts,
  report: Report
): Promise<boolean> {
  try {
    await observer.join(timeout)
    facts.rights = { subscribe: true, publish: true }
    report.add({
      check: 'rights',
      status: 'ok',
      text: 'may publish and subscribe: a message of its own came back'
    })
    return true
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    facts.rights = { subscribe: true, publish: false }
    report.add(problem('rights', error, place))
    return false
  }
}

async function checkRoundTrip(
  observer: Observer,
  place: Place,
  { timeout }: CheckOptions,
  { signal }: Terminal,
  facts: Facts,
  report: Report
): Promise<void> {
  const times: number[] = []
  const end = performance.now() + PINGS.time
  try {
    while (times.length < PINGS.most && performance.now() < end && !signal.aborted)
      times.push(await observer.ping(timeout))
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    report.add(problem('round trip', error, place))
    return
  }
  times.sort((one, other) => one - other)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  facts.roundTrip = { messages: times.length, median: at(0.5), p99: at(0.99) }
  const { messages, median, p99 } = facts.roundTrip
  const text = `median ${milliseconds(median)}, p99 ${milliseconds(p99)} (${count(messages, 'message')}, one at a time)`
  report.add({ check: 'round trip', status: 'ok', text })
}

function checkLimits(adapter: SyncAdapter, facts: Facts, report: Report): void {
  const { maxPayload } = adapter
  const isLimited = Number.isFinite(maxPayload)
  const event = largestPayload(maxPayload)
  facts.largest = { message: isLimited ? maxPayload : null, event }
  const why = facts.broker?.limit
  const limit = `${isLimited ? bytes(maxPayload) : 'no limit'}${why ? ` (${why})` : ''}`
  const parts = event > maxPayload ? ', larger events are sent in parts' : ''
  report.add({
    check: 'largest message',
    status: 'ok',
    text: `${limit}; an event may have up to ${bytes(event)}${parts}`
  })
}

function checkClock({ broker }: Facts, report: Report): void {
  if (!broker?.clock) {
    report.add({ check: 'clock', status: 'ok', text: `not told by ${broker?.product}` })
    return
  }
  const { ahead, error } = broker.clock
  const difference = Math.max(0, Math.abs(ahead) - error)
  const apart = `the broker's clock is ${duration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} this machine's`
  report.add(
    difference > SKEW
      ? {
          check: 'clock',
          status: 'note',
          text: `${apart}: events do not depend on it, but times in logs can't be compared. Does NTP run on both?`
        }
      : {
          check: 'clock',
          status: 'ok',
          text: `the same as the broker's, within ${milliseconds(Math.abs(ahead) + error)}`
        }
  )
}

async function checkInstances(
  observer: Observer,
  place: Place,
  { signal }: Terminal,
  facts: Facts,
  report: Report
): Promise<void> {
  if (facts.rights?.publish) await observer.answers(signal)
  await observer.signOfLife(signal)
  const { instances } = observer
  facts.instances = instances
  const text = observer.isLockedOut
    ? 'none that can be read from here'
    : facts.rights?.publish
      ? `none has answered: is \`key\` that of the application${place.options.secret ? ', and the secret' : ''}?`
      : 'unknown: they could not be asked'
  if (instances.length === 0) report.add({ check: 'instances', status: 'note', text })
  else {
    const names = instances.map((instance) => `${named(instance)}, up for ${duration(instance.age)}`)
    report.add({
      check: 'instances',
      status: 'ok',
      text: [count(names.length, 'instance'), ...names].join('\n')
    })
  }
}

/** Where none is given and none is met there is nothing to say. */
function checkSecret(observer: Observer, place: Place, facts: Facts, report: Report): void {
  const { dropped, heard } = observer
  const isGiven = place.options.secret !== undefined
  facts.secret = { given: isGiven, ...(isGiven && { unsealed: heard.plain }), dropped: { ...dropped } }
  const reasons = reasonsIn(dropped)
  for (const reason of reasons)
    report.add({ check: 'secret', status: 'problem', kind: 'secret', text: dropText(reason) })
  if (isGiven && reasons.length === 0) report.add({ check: 'secret', ...compared(heard) })
}

/** Plain messages get here only with `--plain`. */
function compared({ sealed, plain }: Observer['heard']): Pick<Finding, 'status' | 'text'> {
  if (sealed > 0 && plain > 0)
    return { status: 'note', text: 'that of some instances; others send plain messages, which were read too' }
  if (sealed > 0) return { status: 'ok', text: 'that of the instances: their messages can be opened' }
  const why = plain > 0 ? 'all instances that were heard send plain messages' : 'no instance has answered'
  return { status: 'note', text: `not compared, as ${why}` }
}
