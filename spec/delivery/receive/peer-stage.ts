import { expect } from 'chai'
import type { Sink } from '../../../lib/delivery/environment.js'
import { Peer } from '../../../lib/delivery/receive/peer.js'
import { ReorderBudget } from '../../../lib/delivery/receive/reorder-buffer.js'
import type { Range } from '../../../lib/delivery/wire/unit.js'
import { Stage } from '../stage.js'
import { eventsFrame, ORIGIN, OTHER } from '../wire/golden.js'

export const MIB = 1024 * 1024
const named = ({ from, to }: Range) => `${from}-${to}`

/** The payload of the event with that sequence number. */
export function payloadOf(sequence: number, length = 1): Buffer {
  return Buffer.from(`${sequence} `.padEnd(length))
}

/** A peer whose frames come as the test says. */
export class PeerStage extends Stage {
  /** Sequence numbers of events, and gaps as `gap 1-2`, as they came out. */
  readonly out: string[] = []
  override readonly sink: Sink = {
    deliver: (payload, count) => {
      const first = Number.parseInt(Buffer.from(payload.subarray(0, 20)).toString(), 10)
      this.out.push(count === 1 ? `${first}` : `${first}-${first + count - 1}`)
    },
    plain: () => {},
    proven: () => {},
    gap: (gap) => this.out.push(`gap ${named(gap)}`),
    error: (error) => this.errors.push(error)
  }
  /** The ranges of NACKs, and when they were sent. */
  readonly nacks: string[] = []
  readonly nackedAt: number[] = []
  canNack = true
  /** When the subscription was live. */
  liveAt = Number.POSITIVE_INFINITY
  left = 0
  /** How much later than ours the subscriptions were that answers were for. */
  readonly late: number[] = []
  /** When baselines were requested. */
  readonly requestedAt: number[] = []
  readonly budget = new ReorderBudget()
  readonly peer: Peer

  /** @param heartbeat in ms; by default so short that the patience with an origin that is heard is over at once */
  constructor({ heartbeat = 1, group = 2, next = 1 } = {}) {
    super({ heartbeat })
    const host = {
      origin: OTHER,
      budget: this.budget,
      trustsBaselines: () => true,
      wasLate: (ms: number) => this.late.push(ms),
      liveAt: () => this.liveAt,
      requestBaselines: () => {
        this.requestedAt.push(this.clock.now())
        return 150
      },
      groupSize: () => group,
      canNack: () => this.canNack,
      nack: (target: string, ranges: readonly Range[]) => {
        expect(target).to.equal(ORIGIN)
        this.nacks.push(ranges.map(named).join(' '))
        this.nackedAt.push(this.clock.now())
      },
      left: () => {
        this.left += 1
      }
    }
    this.peer = new Peer(this, host, ORIGIN, next)
  }

  take(
    first: number,
    last = first,
    { retransmission = false, length = 1, age = this.clock.now() } = {}
  ): void {
    const units = Array.from({ length: last - first + 1 }, (_, at) => ({
      first: first + at,
      count: 1,
      payload: payloadOf(first + at, length)
    }))
    this.peer.takeEvents(eventsFrame(units, { age, retransmission }))
  }

  takeHeartbeat(
    last: number,
    { oldest = 1, leave = false, age = this.clock.now(), baseline = 0, ages = [0] } = {}
  ): void {
    const baselines = baseline ? [{ origin: OTHER, next: baseline }] : []
    const flags = { join: false, leave, ages }
    this.peer.takeHeartbeat({ kind: 'heartbeat', origin: ORIGIN, age, oldest, last, ...flags, baselines })
  }

  override pass(ms: number): Promise<void> {
    return this.clock.run(this.clock.now() + ms)
  }

  /** Passes until a NACK is sent. */
  async untilNack(): Promise<void> {
    const before = this.nacks.length
    for (let ms = 0; this.nacks.length === before && ms < 5000; ms += 1) await this.pass(1)
    expect(this.nacks).to.have.length(before + 1)
  }
}
