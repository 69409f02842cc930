import { Sender } from '../../../lib/delivery/send/sender.js'
import { readHead } from '../../../lib/delivery/wire/head.js'
import { settled } from '../fake-link.js'
import { Stage, type StageOptions } from '../stage.js'
import { ORIGIN } from '../wire/golden.js'

export const KIB = 1024
export const MIB = 1024 * KIB

/** How long a suspicious event waits at most, before it is given up, in ms. */
const LONGEST_PAUSE = 900

/** A sender on a link and a clock that do as the test says. */
export class SenderStage extends Stage {
  readonly sender: Sender
  firstSends = 0

  constructor(options?: StageOptions) {
    super(options)
    this.sender = new Sender(this, ORIGIN, () => {
      this.firstSends += 1
    })
  }

  send(events: number, length = 10): void {
    for (let event = 0; event < events; event += 1) this.sender.send(Buffer.alloc(length, 'x'), 1)
  }

  /** Events that are made one after the other. */
  async sendInTurns(events: number): Promise<void> {
    for (let event = 0; event < events; event += 1) {
      this.send(1)
      await this.pass()
    }
  }

  /** Events that were sent and echoed. */
  async sendAndHear(events: number, length = 10): Promise<void> {
    this.send(events, length)
    await this.pass()
    await this.hearAll()
    this.link.published = []
  }

  /** The broker echoes all that was published so far, and what is sent then. */
  async hearAll(): Promise<void> {
    for (let at = 0; at < this.link.published.length; at += 1) {
      const head = readHead(this.link.published[at] as Buffer)
      if (head) this.sender.echo(head)
      await settled()
    }
  }

  /** The broker has echoed a heartbeat that was sent after event `last`. */
  echo(last: number): void {
    this.sender.echo({ kind: 'heartbeat', last })
  }

  goAway(): void {
    this.link.status = 'reconnecting'
    this.link.refuse('away')
  }

  comeBack(): void {
    this.link.status = 'ready'
    this.link.driver = async () => {}
    this.sender.resume()
  }

  /** The connection is lost and there is a new one, over which what waits has been sent. */
  async cut(): Promise<void> {
    this.goAway()
    await this.pass()
    this.link.published = []
    this.comeBack()
    await this.pass(LONGEST_PAUSE)
  }

  /** The size of the largest message, in bytes. */
  get largest(): number {
    return Math.max(...this.link.published.map(({ length }) => length))
  }

  /** This many events are made while the link is away; what was sent before is forgotten. */
  async outage(events: number): Promise<void> {
    this.goAway()
    this.send(events)
    await this.pass()
    this.link.published = []
    this.comeBack()
    await this.pass()
  }
}
