import { Counts } from '../../../lib/delivery/counts.js'
import type { HistoryLimit } from '../../../lib/delivery/send/history.js'
import { Outbox } from '../../../lib/delivery/send/sender.js'
import type { SyncError } from '../../../lib/errors.js'
import { SimClock } from '../../simulation/sim-clock.js'
import { FakeLink, settled } from '../fake-link.js'
import { ORIGIN } from '../wire/golden.js'

export const KIB = 1024
export const MIB = 1024 * KIB

/** An outbox on a link and a clock that do as the test says. */
export class OutboxStage {
  readonly clock = new SimClock(1)
  readonly link = new FakeLink(this.clock)
  readonly counts = new Counts()
  readonly errors: SyncError[] = []
  readonly outbox: Outbox
  firstSends = 0

  constructor(history: HistoryLimit = { events: 1000, bytes: 1e9 }, isPlain = false) {
    const { clock, link, counts, errors } = this
    this.outbox = new Outbox({
      origin: ORIGIN,
      link,
      clock,
      counts,
      history,
      isPlain,
      error: (error) => errors.push(error),
      onSent: () => {
        this.firstSends += 1
      }
    })
  }

  send(events: number, length = 10): void {
    for (let event = 0; event < events; event += 1) this.outbox.send(Buffer.alloc(length, 'x'), 1)
  }

  /** Ends the turn, and lets time pass. */
  async pass(ms = 0): Promise<void> {
    await this.clock.run(this.clock.now() + ms)
    await settled()
  }

  /** Events that went out and came back. */
  async sendAndHear(events: number, length = 10): Promise<void> {
    this.send(events, length)
    await this.pass()
    this.outbox.echo(this.outbox.last)
    this.link.published = []
  }

  goAway(): void {
    this.link.status = 'reconnecting'
    this.link.refuse('away')
  }

  comeBack(): void {
    this.link.status = 'ready'
    this.link.driver = async () => {}
    this.outbox.resume()
  }

  /** So many events are made while the link is away; what was sent before is forgotten. */
  async outage(events: number): Promise<void> {
    this.goAway()
    this.send(events)
    await this.pass()
    this.link.published = []
    this.comeBack()
    await this.pass()
  }
}
