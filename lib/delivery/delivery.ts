import { SyncError, type SyncErrorKind } from '../errors.js'
import { Announcer } from './announcer.js'
import { Audience } from './audience.js'
import { Baselines } from './baselines.js'
import { Company } from './company.js'
import type { Environment } from './environment.js'
import { Heartbeat } from './heartbeat.js'
import { Incoming } from './incoming.js'
import { Proof } from './proof.js'
import { Receiver } from './receive/receiver.js'
import { deafText, muteText, unheardText } from './reports.js'
import { Sender } from './send/sender.js'
import { isFrame, newOrigin } from './wire/frame.js'
import type { Range } from './wire/unit.js'

/** How long the answers to a join take in a small fleet, in ms. */
const JOIN_ANSWERS = 150

/** What is heard so long after the broker has refused an instance was sent after that, in ms. */
const IN_TRANSIT = 1000

/** One membership of an instance, from its first connection until it leaves: wires Sender, Receiver and Heartbeat. */
export class Delivery {
  readonly origin: string
  readonly sender: Sender
  readonly receiver: Receiver
  readonly #environment: Environment
  readonly #heartbeat: Heartbeat
  readonly #proof: Proof
  readonly #baselines: Baselines
  readonly #audience: Audience
  readonly #announcer: Announcer
  readonly #company: Company
  readonly #incoming: Incoming
  #open = true

  constructor(environment: Environment) {
    const { clock, wire } = environment
    this.#environment = environment
    this.origin = newOrigin()
    this.#company = new Company(clock)
    this.sender = new Sender(environment, this.origin, () => {
      const now = clock.now()
      this.#heartbeat.eventsSent(now)
      this.#company.sent(now)
    })
    this.#baselines = new Baselines(environment, () => this.sender.history.next)
    this.receiver = new Receiver(environment, {
      origin: this.origin,
      liveAt: () => this.#announcer.liveAt,
      trustsBaselines: () => this.#baselines.areTrusted,
      wasLate: (ms) => this.#baselines.late(ms),
      requestBaselines: () => this.#requestBaselines(),
      canNack: () => wire === 4 && !this.#proof.isReceiveOnly,
      nack: (target, ranges) => this.#announcer.nack(target, ranges)
    })
    this.#heartbeat = new Heartbeat(environment, {
      fleetSize: () => this.receiver.size,
      isEchoed: () => this.sender.isEchoed,
      isRejected: () => this.#proof.isRejected,
      hasCompany: () => this.#company.isThere,
      publish: (flags) => void this.#announcer.heartbeat(flags),
      healthy: (most) => this.receiver.tick(most),
      deaf: (ms) => this.#reconnect('connect', deafText(ms)),
      mute: (ms) => this.#onMute(ms)
    })
    this.#proof = new Proof(environment, {
      age: () => this.sender.age,
      fleetSize: () => this.receiver.size,
      join: () => this.#heartbeat.send({ join: true }),
      proven: () => this.#onProven(),
      refused: (wasProven) => this.#onRefused(wasProven)
    })
    this.#audience = new Audience(environment, {
      origin: this.origin,
      members: () => this.receiver.peers,
      member: (origin) => this.receiver.peer(origin),
      echoedFor: () => (this.#proof.isProven ? this.#heartbeat.echoedFor : Number.POSITIVE_INFINITY),
      spread: () => this.#heartbeat.spread,
      unheard: (origins, ms) => this.#reconnect('publish', unheardText(origins, ms))
    })
    this.#announcer = new Announcer(environment, {
      origin: this.origin,
      sender: this.sender,
      baselines: this.#baselines,
      audience: this.#audience,
      more: () => this.#heartbeat.answer(),
      published: () => this.#proof.published(),
      refused: (error) => this.#onPublishRefused(error)
    })
    this.#incoming = new Incoming(environment, {
      origin: this.origin,
      sender: this.sender,
      receiver: this.receiver,
      heartbeat: this.#heartbeat,
      proof: this.#proof,
      baselines: this.#baselines,
      audience: this.#audience,
      company: this.#company
    })
    if (wire === 4) this.#heartbeat.start()
  }

  /** Takes the payload of `count` events. Neither throws nor waits. */
  send(payload: Uint8Array, count: number): void {
    this.#baselines.eventMade()
    this.sender.send(payload, count)
  }

  /** Whether the link is ready, and known to pass on what is published, or known to only receive. */
  get isProven(): boolean {
    const { link } = this.#environment
    return link.status === 'ready' && (this.#proof.isProven || this.#proof.isReceiveOnly)
  }

  /** Whether this instance can publish: if not, whether it could before, and whether others still can. */
  get publishing(): 'open' | 'refused' | 'refused-always' | 'refused-alone' {
    const { isReceiveOnly, wasProven, refusedAt } = this.#proof
    if (!isReceiveOnly) return 'open'
    if (!wasProven) return 'refused-always'
    return this.#company.heardAt > refusedAt + IN_TRANSIT ? 'refused-alone' : 'refused'
  }

  /** Whether events wait or were sent which others have yet to get: none was heard over this connection, it may be the first that is back. */
  get isAlone(): boolean {
    const { isThere, mayMiss } = this.#company
    return this.receiver.size > 0 && !isThere && (mayMiss || this.sender.unsent > 0)
  }

  /** Resolves when another instance has been heard over this connection, and had the time to request what it misses. */
  company(): Promise<void> {
    return this.#company.wait()
  }

  /** Whether events were made, and no other instance is known to have been there when they were sent. */
  get isUnheard(): boolean {
    return this.sender.history.next > 1 && this.#environment.wire === 4 && !this.#company.isReached
  }

  /** Resolves when another instance is known to be there. */
  reached(): Promise<void> {
    return this.#company.reached()
  }

  /** To be called whenever the link gets ready: it has subscribed. Waiting events are sent when it is proven. */
  online(): void {
    this.#company.online()
    this.#announcer.online()
    this.#audience.online()
    this.sender.suspend()
    this.#heartbeat.online()
    this.#proof.online()
  }

  /** Takes a message from the broker. Never throws: it is called by a driver. */
  receive(bytes: Uint8Array): void {
    if (!this.#open) return
    const { counts, receives, sink } = this.#environment
    counts.framesReceived += 1
    counts.bytesReceived += bytes.length
    if (!isFrame(bytes)) {
      if (receives) sink.plain(bytes)
      else sink.untaken?.(1)
      return
    }
    try {
      this.#incoming.take(bytes)
    } catch (cause) {
      sink.error(SyncError.from(cause, 'frame', 'feathers-sync: could not process a message'))
    }
  }

  /**
   * Sends the waiting events and leaves, within `timeout` ms.
   *
   * @returns how many events could not be sent
   */
  async close(timeout: number): Promise<number> {
    const { clock } = this.#environment
    await new Promise<void>((resolve) => {
      const cancel = clock.after(timeout, resolve)
      void this.#leave().then(cancel).then(resolve)
    })
    this.#open = false
    this.sender.stop()
    this.#heartbeat.stop()
    this.#proof.stop()
    this.#audience.stop()
    this.receiver.stop()
    return this.sender.unsent
  }

  /** Who has just come may still have to request events, and can't any more: they are sent again before. */
  async #leave(): Promise<void> {
    let missed: Range[] = []
    do {
      this.sender.answer(missed)
      await this.sender.flush()
      missed = this.#baselines.takeMissed()
    } while (missed.length > 0)
    this.#heartbeat.stop()
    if (this.#open) await this.#announcer.heartbeat({ leave: true })
  }

  /** Where the sequences of others begin here is not known. */
  #requestBaselines(): number {
    const ms = Math.max(JOIN_ANSWERS, 1.5 * this.#heartbeat.spread)
    if (this.#announcer.requestedBefore >= ms) this.#heartbeat.send({ join: true, asks: true })
    return ms - this.#announcer.requestedBefore
  }

  #onPublishRefused(error: SyncError): void {
    if (!this.#open) return
    if (!this.#proof.isReceiveOnly) this.#environment.sink.error(error)
    this.#proof.reject()
  }

  #onProven(): void {
    this.#audience.proven()
    this.sender.resume()
    this.#environment.sink.proven()
  }

  /** It may not publish: its events wait, and those of others are received. */
  #onRefused(wasProven: boolean): void {
    this.sender.suspend()
    this.#audience.online()
    if (!wasProven) this.#environment.sink.proven()
  }

  #onMute(ms: number): void {
    if (this.#proof.isRejected) return
    if (this.#heartbeat.isReconnectDue) this.#reconnect('publish', muteText(ms))
    else if (!this.#proof.isReceiveOnly) {
      // A new connection did not help.
      this.#environment.sink.error(new SyncError('publish', `feathers-sync: ${muteText(ms)}, again`))
      this.#proof.refuse()
    }
  }

  #reconnect(kind: SyncErrorKind, text: string): void {
    const { link, sink } = this.#environment
    const error = new SyncError(kind, `feathers-sync: ${text}: reconnecting`)
    sink.error(error)
    link.reconnect(error)
  }
}
