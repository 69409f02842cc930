import { createDecipheriv } from 'node:crypto'
import { hasAt } from '../bytes.js'
import type { DropReason } from '../delivery/environment.js'
import { isFrame, ORIGIN_AT } from '../delivery/wire/frame.js'
import { ReplayWindow } from './replay-window.js'
import { type SealedFrame, TAG_LENGTH } from './sealed-frame.js'
import { ALGORITHM } from './sealer.js'
import type { SealingKeys } from './sealing-keys.js'

/** How much earlier or later than now the first frame of an origin over a connection may have been sealed, in ms. */
const MAX_AGE = 60_000

/** How many origins are known: those that have left are, too, until those heard since need the room. */
const MAX_SENDERS = 20_000

interface Sender {
  readonly key: Buffer
  readonly window: ReplayWindow
  /** The connection over which its last frame came. */
  connection: number
  /** How long before that, by the clocks of both machines, it was sealed, in ms. */
  age: number
}

/** Opens the frames of other instances. */
export class Opener {
  readonly #keys: SealingKeys
  readonly #now: () => number
  /** Only those who know a secret get in here. */
  readonly #senders = new Map<string, Sender>()
  #connection = 0

  /** @param now in ms since 1970 */
  constructor(keys: SealingKeys, now: () => number) {
    this.#keys = keys
    this.#now = now
  }

  /** What comes after that may be a recording of what was sent while this instance was away. */
  disconnected(): void {
    this.#connection += 1
  }

  /** The frame in it, or why it is to be dropped. What costs least is checked first. */
  open(sealed: SealedFrame): Uint8Array | DropReason {
    const { sender: name } = sealed
    const age = this.#now() - sealed.time
    const known = this.#senders.get(name)
    if (known) return this.#openNext(sealed, age, name, known)
    const secret = this.#keys.find((id) => sealed.hasKeyId(id))
    if (!secret) return 'foreign'
    if (Math.abs(age) > MAX_AGE) return 'outdated'
    const key = secret.of(sealed.origin)
    const frame = decrypt(sealed, key)
    if (!frame) return 'altered'
    this.#add(name, { key, window: new ReplayWindow(sealed.count), connection: this.#connection, age })
    return frame
  }

  #openNext(sealed: SealedFrame, age: number, name: string, known: Sender): Uint8Array | DropReason {
    const { count } = sealed
    if (!known.window.isNew(count)) return 'replayed'
    const isFirst = known.connection !== this.#connection
    // The clock of one of both may have been set while they knew each other.
    if (isFirst && Math.abs(age) > MAX_AGE && age - known.age > MAX_AGE) return 'outdated'
    const frame = decrypt(sealed, known.key)
    if (!frame) return 'altered'
    if (isFirst) known.window.restart(count)
    else known.window.accept(count)
    known.connection = this.#connection
    known.age = age
    this.#refresh(name, known)
    return frame
  }

  /** Makes it the last to be forgotten; not at all while there is plenty of room. */
  #refresh(name: string, sender: Sender): void {
    if (this.#senders.size < MAX_SENDERS / 2) return
    this.#senders.delete(name)
    this.#senders.set(name, sender)
  }

  #add(name: string, sender: Sender): void {
    this.#senders.set(name, sender)
    if (this.#senders.size <= MAX_SENDERS) return
    const [oldest] = this.#senders.keys()
    if (oldest !== undefined) this.#senders.delete(oldest)
  }
}

/** The frame of that origin, if it was sealed with the key and is as it was then. */
function decrypt(sealed: SealedFrame, key: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, sealed.nonce, { authTagLength: TAG_LENGTH })
    decipher.setAAD(sealed.head)
    decipher.setAuthTag(sealed.tag)
    const frame = decipher.update(sealed.ciphertext)
    decipher.final()
    return isFrame(frame) && hasAt(frame, sealed.origin, ORIGIN_AT) ? frame : undefined
  } catch {
    return undefined
  }
}
