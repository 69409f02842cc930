import { createCipheriv } from 'node:crypto'
import { asBuffer } from '../bytes.js'
import { nonceOf, type SealedFrame, sealedHead, TAG_LENGTH } from './sealed-frame.js'
import type { SealingKey } from './sealing-keys.js'

/** How many own frames can be recognized when they come back: as many small ones as may be under way (4 MiB). */
const KEPT = 65_536
/** Of each, as many bytes as say what it is. */
const BEGINNING = 64

export const ALGORITHM = 'aes-256-gcm'

/** Seals the frames of this instance, and recognizes them when they come back, without opening them. */
export class Sealer {
  readonly #key: Buffer
  readonly #head: Buffer
  readonly #echoes: boolean
  readonly #now: () => number
  #count = 0
  /** Those that may come back, by their count: tag and beginning, as a string (latin1), which takes a third of a buffer's memory. */
  readonly #sent = new Map<number, string>()

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
    if (this.#echoes) this.#keep(textOf(tag) + textOf(asBuffer(frame).subarray(0, BEGINNING)))
    return Buffer.concat([this.#head, nonce, ciphertext, tag])
  }

  /** The beginning of an own frame that comes back for the first time. */
  takeEcho(echo: SealedFrame): Uint8Array | undefined {
    const { count, tag } = echo
    const sent = this.#sent.get(count)
    if (!sent?.startsWith(textOf(tag))) return undefined
    this.#sent.delete(count)
    return Buffer.from(sent.slice(TAG_LENGTH), 'latin1')
  }

  #keep(sealed: string): void {
    this.#sent.set(this.#count, sealed)
    this.#sent.delete(this.#count - KEPT)
  }
}

function textOf(bytes: Buffer): string {
  return bytes.toString('latin1')
}
