import { asBuffer, hasAt } from '../bytes.js'
import { SyncError } from '../errors.js'
import type { Audience } from './audience.js'
import type { Baselines } from './baselines.js'
import type { Company } from './company.js'
import type { Environment } from './environment.js'
import type { Heartbeat } from './heartbeat.js'
import type { Proof } from './proof.js'
import type { Receiver } from './receive/receiver.js'
import type { Sender } from './send/sender.js'
import {
  BODY_AT,
  decodeFrame,
  type FragmentFrame,
  type Frame,
  type NackFrame,
  ORIGIN_AT
} from './wire/frame.js'
import { readHead } from './wire/head.js'

/** NACKs for events that are not in the history are answered by at most one heartbeat in this many ms. */
const ANSWER_INTERVAL = 50

/** Those that learn something from what is received. */
export interface IncomingParts {
  /** The origin of this instance. */
  readonly origin: string
  readonly sender: Sender
  readonly receiver: Receiver
  readonly heartbeat: Heartbeat
  readonly proof: Proof
  readonly baselines: Baselines
  readonly audience: Audience
  readonly company: Company
}

/** Takes frames from the broker, echoes of our own and those of other instances, and passes each to the parts that it is for. */
export class Incoming {
  readonly #environment: Environment
  readonly #parts: IncomingParts
  readonly #origin: Buffer
  #answeredAt = Number.NEGATIVE_INFINITY

  constructor(environment: Environment, parts: IncomingParts) {
    this.#environment = environment
    this.#parts = parts
    this.#origin = Buffer.from(parts.origin, 'hex')
  }

  /** @throws SyncError of kind `frame` for what no instance can have sent */
  take(bytes: Uint8Array): void {
    const now = this.#environment.clock.now()
    const isOwn = bytes.length > BODY_AT && hasAt(bytes, this.#origin, ORIGIN_AT)
    if (isOwn) this.#takeEcho(bytes, now)
    else this.#take(decodeFrame(bytes), now)
  }

  /** What it says is known: only its head is read. */
  #takeEcho(bytes: Uint8Array, now: number): void {
    const { baselines, company, heartbeat, proof, sender } = this.#parts
    heartbeat.hear(true, now)
    const head = readHead(asBuffer(bytes))
    if (!head) return
    if (head.kind === 'heartbeat') {
      const { age } = sender
      const sentAt = head.age ?? age
      baselines.echoed(age - sentAt, sentAt)
    } else company.sent(now)
    sender.echo(head)
    proof.takeOwn(head.age)
  }

  #take(frame: Frame, now: number): void {
    const { audience, baselines, company, heartbeat, origin, receiver } = this.#parts
    heartbeat.hear(false, now)
    if (this.#environment.formerOrigins?.has(frame.origin)) return
    company.heard(now, frame.kind === 'heartbeat' && frame.join)
    switch (frame.kind) {
      case 'events':
        receiver.takeEvents(frame)
        break
      case 'heartbeat':
        receiver.takeHeartbeat(frame)
        audience.takeHeartbeat(frame)
        if (frame.since !== undefined) baselines.add(frame.origin, receiver.subscribedAt(frame))
        if (frame.join) heartbeat.answer()
        break
      case 'nack':
        if (frame.target === origin) this.#answer(frame)
        else receiver.overhear(frame)
        break
      case 'fragment': {
        const whole = receiver.takeFragment(frame)
        if (whole) this.#takeReassembled(decodeFrame(whole), frame)
      }
    }
  }

  #takeReassembled(whole: Frame, { origin }: FragmentFrame): void {
    if (whole.kind !== 'events' || whole.origin !== origin) {
      throw new SyncError('frame', 'feathers-sync: received fragments of different messages as one')
    }
    this.#parts.receiver.takeEvents(whole)
  }

  #answer({ ranges }: NackFrame): void {
    const { heartbeat, sender } = this.#parts
    const now = this.#environment.clock.now()
    if (sender.answer(ranges) || now - this.#answeredAt < ANSWER_INTERVAL) return
    this.#answeredAt = now
    heartbeat.send()
  }
}
