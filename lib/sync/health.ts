import type { SyncStatus } from '../adapters/sync-adapter.js'
import type { SyncError, SyncErrorKind } from '../errors.js'
import type { Condition } from './condition.js'
import { enumerated, lasting, more, plain, unreadText } from './health-text.js'

/** What `app.sync.health()` tells. */
export interface SyncHealth {
  /**
   * Whether a load balancer should send clients to this instance. False before the first proven connection, after a permanent error,
   * while the instance leaves and when it is closed, and while others can publish and it can't. An outage of the broker does not
   * make it false: it hits all instances at once, and they still serve their clients. Neither do messages that are dropped: anybody
   * who may publish could take all instances out of service by them.
   */
  healthy: boolean
  status: SyncStatus
  /** When that status began, in ms since 1970, as `Date.now()` tells them. */
  since: number
  /** How many own events wait for the broker. */
  waiting: number
  /** How many other instances are there. */
  peers: number
  /** What there is to say, in words and without credentials; always where it is not healthy. Host names of the broker may be in it. */
  reason?: string
}

/** How long a connection has to last until an outage is over, in ms: what is lost before belongs to it. */
const STABLE = 2000
/** How long an outage in which the connection was lost several times is told of, in ms. */
const REMEMBERED = 60_000

const CONNECTING: ReadonlySet<SyncErrorKind> = new Set(['connect', 'timeout', 'auth', 'driver', 'options'])

const OWN = 'clients of this instance get the events of this instance only'

/** Notes what happens to the connection, and judges. Costs nothing for an event. */
export class Health {
  #status: SyncStatus = 'closed'
  #since = Date.now()
  /** The same, monotonic. */
  #at = performance.now()
  #outage: { readonly at: number; readonly overflowed: number; losses: number } | undefined
  /** Why there is no connection, and why nothing can be published, as far as is known. */
  #trouble = ''
  #refusal = ''
  #isFinal = false

  /** Begins anew: what was wrong with the session before does not count. */
  opened(): void {
    this.#outage = undefined
    this.#trouble = this.#refusal = ''
    this.#isFinal = false
  }

  /** @param overflowed how many own events have left the history before they were sent, ever */
  changed(status: SyncStatus, overflowed: number): void {
    if (status === this.#status) return
    const now = performance.now()
    if (status === 'reconnecting') {
      const isSame = this.#outage && this.#status === 'ready' && now - this.#at < STABLE
      if (this.#outage && isSame) this.#outage.losses += 1
      else this.#outage = { at: now, overflowed, losses: 1 }
    }
    if (status === 'ready') this.#trouble = ''
    this.#status = status
    this.#since = Date.now()
    this.#at = now
  }

  failed({ kind, message }: SyncError): void {
    if (CONNECTING.has(kind)) this.#trouble = message
    else if (kind === 'publish') this.#refusal = message
  }

  /** The error is permanent: nothing is tried any more. */
  gaveUp(error: SyncError): void {
    this.failed(error)
    this.#isFinal = true
  }

  report(condition: Condition): SyncHealth {
    const { status, waiting, peers } = condition
    const [healthy, reason] = this.#judge(condition)
    const since = this.#since
    return { healthy, status, since, waiting, peers, ...(reason !== undefined && { reason }) }
  }

  #judge(condition: Condition): [healthy: boolean, reason?: string] {
    const { life, status } = condition
    if (this.#isFinal) return [false, `${plain(this.#trouble)}: this is not tried again, ${OWN}`]
    if (life === 'leaving') return [false, 'app.teardown() was called: this instance leaves']
    if (life === 'closed') return [false, `closed: ${OWN}`]
    if (status === 'reconnecting') return [true, this.#outageText(condition)]
    if (status !== 'ready') return [false, this.#startText(condition)]
    return this.#judgeReady(condition)
  }

  #judgeReady(condition: Condition): [boolean, string?] {
    const { publishing, sends, isBlocked, isStalled, waiting, peers, dropped } = condition
    const waits = enumerated(waiting, 'waits', 'wait')
    if (publishing !== 'open') {
      const isAlone = publishing !== 'refused'
      const text = `the broker takes nothing of this instance${isAlone ? '' : ', and maybe of no other one'}`
      const what = sends
        ? `${text}${waits}; it gets the events of others`
        : `${text}: it can't request what it misses`
      return [!sends || !isAlone, `${what}${more(this.#refusal)}`]
    }
    if (isBlocked) return [true, `the broker takes no messages for now${waits}; all get them when it does`]
    if (isStalled) return [true, `what this instance publishes has not come back for a while${waits}`]
    const unread = peers === 0 ? unreadText(dropped) : undefined
    if (unread) return [true, `no other instance is known, ${unread} Until then ${OWN}`]
    const losses = this.#outage?.losses ?? 0
    if (losses < 2 || performance.now() - this.#at >= REMEMBERED) return [true]
    const between = lasting(this.#at - (this.#outage?.at ?? 0))
    return [true, `the connection was lost ${losses} times in ${between}, and is back`]
  }

  #startText({ isBlocked }: Condition): string {
    const what = `not connected yet, for ${lasting(performance.now() - this.#at)}`
    const blocked = isBlocked ? '; the broker takes no messages for now' : ''
    return `${what}${blocked}: clients would miss the events of other instances${more(this.#trouble)}`
  }

  #outageText({ isBlocked, waiting, overflowed }: Condition): string {
    const { at, losses, overflowed: before } = this.#outage ?? { at: this.#at, losses: 1, overflowed }
    const time = lasting(performance.now() - at)
    const what =
      losses > 1
        ? `the connection to the broker was lost ${losses} times in ${time}`
        : `the broker has been away for ${time}`
    const gone = enumerated(
      overflowed - before,
      'was lost, as the history is full',
      'were lost, as the history is full'
    )
    const blocked = isBlocked ? ', it takes no messages for now' : ''
    return `${what}${blocked}${enumerated(waiting, 'waits', 'wait')}${gone}; ${OWN}${more(this.#trouble)}`
  }
}
