import { hasAt } from '../bytes.js'
import { BODY_AT, frameHead, isFrame, KIND_AT, KINDS, NUMBER, ORIGIN_AT } from '../delivery/wire/frame.js'

/** Which of the secrets a frame is sealed with. */
export const KEY_ID_LENGTH = 4
/** What is authenticated and not encrypted: version, kind, origin and key id. */
const HEAD_LENGTH = BODY_AT + KEY_ID_LENGTH
const NONCE_LENGTH = 2 * NUMBER
const SEALED_AT = HEAD_LENGTH + NONCE_LENGTH
export const TAG_LENGTH = 16

/** By how many bytes a sealed frame is larger than the frame in it. */
export const SEALING_OVERHEAD = SEALED_AT + TAG_LENGTH

export function isSealed(bytes: Uint8Array): boolean {
  return bytes[KIND_AT] === KINDS.sealed && isFrame(bytes)
}

/** What all sealed frames of an origin begin with. */
export function sealedHead(origin: string, keyId: Uint8Array): Buffer {
  return Buffer.concat([frameHead({ kind: 'sealed', origin }), keyId])
}

/** Never the same twice under one key, which each origin has for itself. */
export function nonceOf(count: number, time: number): Buffer {
  const nonce = Buffer.allocUnsafe(NONCE_LENGTH)
  nonce.writeUIntBE(count, 0, NUMBER)
  nonce.writeUIntBE(time, NUMBER, NUMBER)
  return nonce
}

/** The parts of a sealed frame that is complete. */
export class SealedFrame {
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get origin(): Buffer {
    return this.#bytes.subarray(ORIGIN_AT, BODY_AT)
  }

  /** The same for all frames of an origin under one secret. */
  get sender(): string {
    return this.#bytes.toString('latin1', ORIGIN_AT, HEAD_LENGTH)
  }

  /** How many frames the origin had sealed, this one included. */
  get count(): number {
    return this.#bytes.readUIntBE(HEAD_LENGTH, NUMBER)
  }

  /** When it was sealed, in ms since 1970 by the sender's clock. */
  get time(): number {
    return this.#bytes.readUIntBE(HEAD_LENGTH + NUMBER, NUMBER)
  }

  get head(): Buffer {
    return this.#bytes.subarray(0, HEAD_LENGTH)
  }

  get nonce(): Buffer {
    return this.#bytes.subarray(HEAD_LENGTH, SEALED_AT)
  }

  get ciphertext(): Buffer {
    return this.#bytes.subarray(SEALED_AT, -TAG_LENGTH)
  }

  get tag(): Buffer {
    return this.#bytes.subarray(-TAG_LENGTH)
  }

  isOf(origin: Uint8Array): boolean {
    return hasAt(this.#bytes, origin, ORIGIN_AT)
  }

  hasKeyId(id: Uint8Array): boolean {
    return hasAt(this.#bytes, id, BODY_AT)
  }
}
