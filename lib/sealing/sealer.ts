import { createCipheriv } from 'node:crypto'
import { nonceOf, type SealedFrame, sealedHead, TAG_LENGTH } from './sealed-frame.js'
import type { SealingKey } from './sealing-keys.js'

/** How many own frames can be recognized when they come back. */
const KEPT = 4096
/** Of each, as many bytes as say what it is. */
const BEGINNING = 64

export const ALGORITHM = 'aes-256-gcm'

interface Sealed {
  readonly tag: Uint8Array
  readonly beginning: Uint8Array
}

/** Seals the frames of this instance, and recognizes them when they come back, without opening them. */
export class Sealer {
  readonly #key: Buffer
  readonly #head: Buffer
  readonly #echoes: boolean
  readonly #now: () => number
  #count = 0
  /** Those that may come back, by their count. */
  readonly #sent = new Map<number, Sealed>()

  /**
   * @param echoes whether own frames come back
   * @param now in ms since 1970
   */
  constructor(key: SealingKey, origin: string, echoes: boolean, now: () => number) {
    this.#key = key.of(Buffer.from(origin, 'hex'))
    this.#head = sealedHead(origin, key.id)
    this.#echoes = echoes
    this.#now = now
  }

  seal(frame: Uint8Array): Buffer {
    this.#count += 1
    const nonce = nonceOf(this.#count, Math.max(0, this.#now()))
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce, { authTagLength: TAG_LENGTH })
    cipher.setAAD(this.#head)
    const ciphertext = cipher.update(frame)
    cipher.final() // adds nothing
    const tag = cipher.getAuthTag()
    if (this.#echoes) this.#keep({ tag, beginning: Uint8Array.prototype.slice.call(frame, 0, BEGINNING) })
    return Buffer.concat([this.#head, nonce, ciphertext, tag])
  }

  /** The beginning of an own frame that comes back for the first time. */
  takeEcho(echo: SealedFrame): Uint8Array | undefined {
    const { count, tag } = echo
    const sent = this.#sent.get(count)
    if (!sent || !tag.equals(sent.tag)) return undefined
    this.#sent.delete(count)
    return sent.beginning
  }

  #keep(sealed: Sealed): void {
    this.#sent.set(this.#count, sealed)
    this.#sent.delete(this.#count - KEPT)
  }
}
