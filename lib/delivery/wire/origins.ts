import { hasAt } from '../../bytes.js'

/** How many origins are remembered. */
const KEPT = 1000

interface Known {
  readonly bytes: Uint8Array
  readonly origin: string
}

/** Reads origins, in hexadecimal. Those that recur are remembered: writing one out takes longer than finding it. */
export class Origins {
  readonly #length: number
  /** By their first four bytes. */
  readonly #known = new Map<number, Known>()

  /** @param length of an origin in bytes */
  constructor(length: number) {
    this.#length = length
  }

  /** The origin at `at`. */
  read(bytes: Buffer, at: number): string {
    const start = bytes.readUInt32BE(at)
    const known = this.#known.get(start)
    if (known && hasAt(bytes, known.bytes, at)) return known.origin
    const end = at + this.#length
    const origin = bytes.toString('hex', at, end)
    if (this.#known.size >= KEPT) this.#known.clear()
    this.#known.set(start, { bytes: Uint8Array.from(bytes.subarray(at, end)), origin })
    return origin
  }
}
