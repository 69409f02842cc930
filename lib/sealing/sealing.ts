import createDebug from 'debug'
import { asBuffer } from '../bytes.js'
import type { Counts, DropReason } from '../delivery/environment.js'
import { SyncError } from '../errors.js'
import { DROP_TEXTS } from './drop-texts.js'
import { Opener } from './opener.js'
import { isSealed, SEALING_OVERHEAD, SealedFrame } from './sealed-frame.js'
import { Sealer } from './sealer.js'
import type { SealingKeys } from './sealing-keys.js'

const debug = createDebug('feathers-sync:sealing')

export interface SealingParts {
  /** None: nothing is sealed, and nothing opened. */
  readonly keys: SealingKeys | undefined
  /** Of this instance. */
  readonly origin: string
  /** Whether own messages come back. */
  readonly echoes: boolean
  readonly counts: Counts
  /** Takes the first message that is dropped for each reason. Must not throw. */
  report(error: SyncError, reason: DropReason): void
  /** In ms since 1970. Default: the clock of this machine */
  now?(): number
}

/** Stands between delivery and the adapter: seals what is published, and opens what is received, or drops it before any of it is parsed. */
export class Sealing {
  /** By how many bytes a message grows. */
  readonly overhead: number
  readonly #parts: SealingParts
  readonly #origin: Buffer
  readonly #sealer: Sealer | undefined
  readonly #opener: Opener | undefined
  readonly #takesPlain: boolean

  constructor(parts: SealingParts) {
    const { keys, origin, echoes, now = Date.now } = parts
    this.#parts = parts
    this.#origin = Buffer.from(origin, 'hex')
    this.#opener = keys && new Opener(keys, now)
    this.#sealer = keys && keys.plain !== 'send' ? new Sealer(keys.first, origin, echoes, now) : undefined
    this.#takesPlain = keys?.plain !== 'refuse'
    this.overhead = this.#sealer ? SEALING_OVERHEAD : 0
  }

  /** What is to be published. */
  seal(frame: Uint8Array): Uint8Array {
    if (!this.#sealer) return frame
    this.#parts.counts.bytesSent += SEALING_OVERHEAD
    return this.#sealer.seal(frame)
  }

  /** What delivery gets of a message, of an own one only its beginning; `undefined`: nothing. Never throws. */
  open(bytes: Uint8Array): Uint8Array | undefined {
    const opened = isSealed(bytes) ? this.#open(bytes) : this.#takePlain(bytes)
    const { counts } = this.#parts
    if (typeof opened === 'object') {
      counts.bytesReceived += bytes.length - opened.length
      return opened
    }
    counts.framesReceived += 1
    counts.bytesReceived += bytes.length
    if (opened) this.#drop(opened)
    return undefined
  }

  /** To be called when the connection is lost. */
  disconnected(): void {
    this.#opener?.disconnected()
  }

  #takePlain(bytes: Uint8Array): Uint8Array | DropReason {
    if (!this.#takesPlain) return 'unsealed'
    if (this.#opener) this.#parts.counts.framesUnsealed += 1
    return bytes
  }

  /** `undefined`: nothing is to be done with it. */
  #open(bytes: Uint8Array): Uint8Array | DropReason | undefined {
    if (!this.#opener) return 'sealed'
    if (bytes.length < SEALING_OVERHEAD) return 'altered'
    const sealed = new SealedFrame(asBuffer(bytes))
    if (this.#sealer && sealed.isOf(this.#origin)) {
      // Adapters may have own messages come back without saying so.
      return this.#parts.echoes ? (this.#sealer.takeEcho(sealed) ?? 'replayed') : undefined
    }
    return this.#opener.open(sealed)
  }

  #drop(reason: DropReason): void {
    const { counts, report } = this.#parts
    counts.dropped[reason] += 1
    debug('dropped a message: %s', reason)
    if (counts.dropped[reason] > 1) return
    const text = `dropped a message ${DROP_TEXTS[reason]} (further ones are only counted: stats().dropped.${reason})`
    report(new SyncError('secret', `feathers-sync: ${text}`), reason)
  }
}
