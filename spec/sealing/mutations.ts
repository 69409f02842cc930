import { randomBytes } from 'node:crypto'
import { Counts } from '../../lib/delivery/environment.js'
import { encodeFrame, type Frame, newOrigin } from '../../lib/delivery/wire/frame.js'
import {
  nonceOf,
  SEALING_OVERHEAD,
  SealedFrame,
  sealedHead,
  TAG_LENGTH
} from '../../lib/sealing/sealed-frame.js'
import { Sealing } from '../../lib/sealing/sealing.js'
import { sealingKeys } from '../../lib/sealing/secret-option.js'
import type { Random } from '../soak/random.js'

/** Where the parts of a sealed frame are: magic, version, kind, origin, key id, count, time and the rest. */
const PARTS = [0, 4, 5, 6, 22, 26, 32, 38] as const

/** How many recorded frames are kept to make others of. */
const KEPT = 5000

/** What an attacker makes, with how often each. None of it is a frame that a member has sealed and nobody has received. */
const WEIGHTS = {
  ...{ replay: 4, bits: 6, part: 6, cut: 3, grown: 2, spliced: 4, swapped: 4, future: 4, stranger: 4 },
  ...{ foreign: 3, plain: 4, version3: 2, noise: 2 }
}

/** A new one each time, or that of `ATTACK_SEED`. What it makes also depends on what is recorded. */
export function attackSeed(): string {
  return process.env.ATTACK_SEED ?? randomBytes(4).toString('hex')
}

/** Makes hostile messages of what it has recorded: it knows all of the code, and no secret. */
export class Mutations {
  readonly recorded: Buffer[] = []
  readonly #random: Random
  readonly #foreign = new Map<string, Sealing>()
  readonly #key: string
  readonly #secret = randomBytes(32).toString('base64')

  constructor(random: Random, key: string) {
    this.#random = random
    this.#key = key
  }

  record(bytes: Uint8Array): void {
    const at = this.recorded.length < KEPT ? this.recorded.length : this.#random.integer(0, KEPT - 1)
    this.recorded[at] = Buffer.from(bytes)
  }

  /**
   * @param kind of `WEIGHTS`. Default: any
   * @param recorded what is made into another. Default: any
   */
  next(
    kind: keyof typeof WEIGHTS = this.#random.weighted(WEIGHTS),
    recorded: Uint8Array = this.#any()
  ): Buffer {
    const frame = Buffer.from(recorded)
    switch (kind) {
      case 'replay':
        return frame
      case 'bits': {
        const at = this.#random.integer(0, frame.length - 1)
        frame.writeUInt8(frame.readUInt8(at) ^ (1 << this.#random.integer(0, 7)), at)
        return frame
      }
      case 'part': {
        const [from, to] = limits(frame, this.#random.integer(0, PARTS.length))
        const value = this.#bytes(to - from)
        value[0] = (value[0] as number) ^ (value.equals(frame.subarray(from, to)) ? 1 : 0)
        value.copy(frame, from)
        return frame
      }
      case 'cut':
        return frame.subarray(0, this.#random.integer(0, frame.length - 1))
      case 'grown':
        return Buffer.concat([frame, this.#bytes(this.#random.integer(1, 20))])
      case 'spliced': {
        const other = this.#any()
        const at = this.#random.integer(1, frame.length - 1)
        return Buffer.concat([frame.subarray(0, at), other.subarray(Math.min(at, other.length - 1))])
      }
      case 'swapped': {
        const other = this.#any()
        const part = this.#random.integer(0, PARTS.length)
        const [[from, to], [otherFrom, otherTo]] = [limits(frame, part), limits(other, part)]
        return Buffer.concat([
          frame.subarray(0, from),
          other.subarray(otherFrom, otherTo),
          frame.subarray(to)
        ])
      }
      case 'future':
        return this.#forged(frame, this.#random.magnitude(1, 2 ** 40))
      case 'stranger':
        frame.set(this.#bytes(16), 6)
        return this.#forged(frame, this.#random.magnitude(1, 2 ** 40))
      case 'foreign':
        return Buffer.from(this.#foreignOf(new SealedFrame(frame)).seal(encodeFrame(this.#plain(frame))))
      case 'plain':
        return encodeFrame(this.#plain(frame))
      case 'version3':
        return Buffer.from(JSON.stringify({ event: 'events made', path: 'events', data: { by: 'attacker' } }))
      case 'noise':
        return this.#bytes(this.#random.integer(1, 300))
    }
  }

  /** What looks as if it came of that frame's origin just now: all but the tag may be right. */
  #forged(like: Buffer, ahead: number): Buffer {
    const sealed = new SealedFrame(like)
    const head = sealedHead(sealed.origin.toString('hex'), like.subarray(22, 26))
    const count = Math.min(2 ** 48 - 1, sealed.count + ahead)
    return Buffer.concat([
      ...[head, nonceOf(count, Date.now())],
      this.#bytes(this.#random.magnitude(SEALING_OVERHEAD, 2000))
    ])
  }

  /** A frame as an instance without a secret would send it. */
  #plain(of: Buffer): Frame {
    const origin = new SealedFrame(of).origin.toString('hex')
    const [age, last] = [this.#random.magnitude(1, 1e9), this.#random.magnitude(1, 1e6)]
    const [join, leave] = [this.#random.chance(0.3), this.#random.chance(0.3)]
    const target = new SealedFrame(this.#any()).origin.toString('hex')
    const nack: Frame = { kind: 'nack', origin, target, ranges: [{ from: 1, to: last }] }
    const heartbeat: Frame = { kind: 'heartbeat', origin, age, oldest: last, last, join, leave }
    return this.#random.chance(0.5) ? nack : heartbeat
  }

  #foreignOf({ origin }: SealedFrame): Sealing {
    const name = this.#random.chance(0.5) ? origin.toString('hex') : newOrigin()
    const known = this.#foreign.get(name)
    if (known) return known
    const keys = sealingKeys(this.#secret, this.#key)
    const parts = { keys, origin: name, echoes: false, counts: new Counts(), report: () => {} }
    const sealing = new Sealing(parts)
    if (this.#foreign.size < 50) this.#foreign.set(name, sealing)
    return sealing
  }

  #any(): Buffer {
    return this.recorded[this.#random.integer(0, this.recorded.length - 1)] as Buffer
  }

  #bytes(length: number): Buffer {
    const some = Buffer.from(Array.from({ length: Math.min(length, 64) }, () => this.#random.integer(0, 255)))
    return Buffer.alloc(length, some)
  }
}

/** Where a part of a sealed frame begins and ends. */
function limits(frame: Buffer, part: number): [number, number] {
  const ends = [...PARTS, frame.length - TAG_LENGTH, frame.length]
  return [ends[part] as number, ends[part + 1] as number]
}
