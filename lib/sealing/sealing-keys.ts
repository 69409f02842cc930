import { hkdfSync } from 'node:crypto'
import { KEY_ID_LENGTH } from './sealed-frame.js'

const KEY_LENGTH = 32

/** What each derived value is for, so that none is another. */
const INFO = { id: 'feathers-sync sealed frames, key id', origin: 'feathers-sync sealed frames, origin ' }

/**
 * What an instance does with messages that are not sealed: `send` sends and reads them, `accept` reads them, `refuse` drops them.
 * Sealed ones are read in any case.
 */
export type PlainMode = 'send' | 'accept' | 'refuse'

/** One secret under the `key` of an application (HKDF with SHA-256, RFC 5869). */
export class SealingKey {
  /** Tells on the wire which secret a frame is sealed with. */
  readonly id: Buffer
  readonly #derive: (info: Uint8Array, length: number) => Buffer

  constructor(secret: string, key: string) {
    this.#derive = (info, length) => Buffer.from(hkdfSync('sha256', secret, key, info, length))
    this.id = this.#derive(Buffer.from(INFO.id), KEY_ID_LENGTH)
  }

  /** The key for AES-256-GCM of all frames of an origin. */
  of(origin: Uint8Array): Buffer {
    return this.#derive(Buffer.concat([Buffer.from(INFO.origin), origin]), KEY_LENGTH)
  }
}

/** The resolved `secret` option. Shows neither a secret nor a key, wherever it is printed; equal if its secrets are. */
export class SealingKeys {
  readonly plain: PlainMode
  readonly ids: readonly string[]
  readonly #keys: readonly [SealingKey, ...SealingKey[]]

  /** @param secrets the first one seals, all open */
  constructor([first, ...others]: readonly [string, ...string[]], key: string, plain: PlainMode) {
    this.plain = plain
    this.#keys = [new SealingKey(first, key), ...others.map((secret) => new SealingKey(secret, key))]
    this.ids = this.#keys.map(({ id }) => id.toString('hex'))
  }

  /** The one that seals. */
  get first(): SealingKey {
    return this.#keys[0]
  }

  find(isIt: (id: Buffer) => boolean): SealingKey | undefined {
    return this.#keys.find(({ id }) => isIt(id))
  }
}
