import { setTimeout as delay } from 'node:timers/promises'
import { Counts } from '../../delivery/environment.js'
import type { SyncError } from '../../errors.js'
import { readMessages } from '../../message/decoder.js'
import { JsonSerializer } from '../../message/serializer.js'
import { Session } from '../../sync/session.js'
import type { Place } from '../place.js'
import { machineTime, type Sample } from './sender.js'

/** For how long after the last event of a run late ones are awaited, in ms. */
const LATE = 5000

/** What came of a run. */
export interface Figures {
  readonly events: number
  /** Of the events' data, and from the first event to the last. */
  readonly bytes: number
  readonly seconds: number
  readonly lost: number
  /** From emit to receipt, in ms. */
  readonly p50: number
  readonly p99: number
}

/** Receives as an instance does: in order, once, deserialized. */
export class BenchReceiver {
  readonly session: Session
  readonly #serializer = new JsonSerializer()
  #times: number[] = []
  #bytes = 0
  #first = 0
  #last = 0

  constructor(place: Place, onError: (error: SyncError) => void) {
    this.session = new Session({
      adapter: place.adapter(),
      options: place.options,
      counts: new Counts(),
      handlers: {
        deliver: (payload, count) => this.#receive(payload, count),
        plain: () => {},
        gap: () => {},
        error: onError,
        status: () => {}
      }
    })
  }

  /** Takes what comes until `sent` events have come, which are those of one run. */
  async figures(sent: number): Promise<Figures> {
    while (this.#times.length < sent && machineTime() - this.#last < LATE) await delay(5)
    const times = this.#times.sort((one, other) => one - other)
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
    const figures = {
      events: times.length,
      bytes: this.#bytes,
      seconds: (this.#last - this.#first) / 1000,
      lost: sent - times.length,
      p50: at(0.5),
      p99: at(0.99)
    }
    this.#times = []
    this.#bytes = this.#first = this.#last = 0
    return figures
  }

  #receive(payload: Uint8Array, count: number): void {
    for (const { data } of readMessages(this.#serializer, payload, count)) {
      const { at, text } = data as Sample
      const now = machineTime()
      if (this.#first === 0) this.#first = at
      this.#last = now
      this.#bytes += text.length
      this.#times.push(now - at)
    }
  }
}
