import { Counts, type Environment, type Sink, type SyncGap } from '../../lib/delivery/environment.js'
import type { HistoryLimit } from '../../lib/delivery/send/history.js'
import type { SyncError } from '../../lib/errors.js'
import { SimClock } from '../simulation/sim-clock.js'
import { FakeLink, settled } from './fake-link.js'

export type StageOptions = Partial<
  Pick<Environment, 'history' | 'heartbeat' | 'receives' | 'wire' | 'instance'>
>

/** An environment whose clock and link do as the test says, with a record of all that came out. */
export class Stage implements Environment {
  readonly clock: SimClock
  readonly link: FakeLink
  readonly counts = new Counts()
  delivered: string[] = []
  readonly plain: string[] = []
  readonly gaps: SyncGap[] = []
  readonly errors: SyncError[] = []
  proven = 0
  readonly sink: Sink = {
    deliver: (payload) => this.delivered.push(payload.toString()),
    plain: (bytes) => this.plain.push(bytes.toString()),
    gap: (gap) => this.gaps.push(gap),
    proven: () => {
      this.proven += 1
    },
    error: (error) => this.errors.push(error)
  }
  readonly history: HistoryLimit
  readonly heartbeat: number
  readonly receives: boolean
  readonly wire: 3 | 4
  readonly instance: Uint8Array | undefined

  constructor(options: StageOptions = {}, clock = new SimClock(1)) {
    const { history = { events: 1000, bytes: 1e9 }, heartbeat = 5000, receives = true, wire = 4 } = options
    this.clock = clock
    this.link = new FakeLink(clock)
    this.history = history
    this.heartbeat = heartbeat
    this.receives = receives
    this.wire = wire
    this.instance = options.instance
  }

  /** Ends the turn, and lets time pass. */
  async pass(ms = 0): Promise<void> {
    await this.clock.run(this.clock.now() + ms)
    await settled()
  }
}
