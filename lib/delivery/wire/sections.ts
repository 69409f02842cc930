import { malformed } from './batch.js'
import { MAX_INSTANCE } from './instance.js'

/** How many entries a section of a heartbeat can have. */
export const MAX_ENTRIES = 64

/** Whom the sender of a heartbeat has heard lately. */
export interface Hears {
  /** Whether these are all; otherwise those between the first and the last of them. */
  readonly complete: boolean
  /** The digests of their origins, ascending. */
  readonly digests: readonly number[]
}

/** The sequence number that the sender's next event had when the subscription of `origin` was live for the first time. */
export interface Baseline {
  readonly origin: string
  readonly next: number
}

/** The optional sections of a heartbeat. */
export interface Sections {
  readonly hears?: Hears
  /** How long ago the sender's subscription was live for the first time, in ms. */
  readonly since?: number
  /** Answers to joins. */
  readonly baselines?: readonly Baseline[]
  /** How old the sender was at the times that these are of, in their order, in ms. */
  readonly ages?: readonly number[]
  /** Who the sender is: what `encodeInstance` returned. */
  readonly instance?: Uint8Array
}

/** Type and length. */
const HEADER = 1 + 2
const TYPES = { hears: 1, since: 2, baselines: 3, instance: 4, ages: 5 } as const
const COMPLETE = 1
const DIGEST_LENGTH = 4
const NUMBER = 6
const ORIGIN_LENGTH = 16
const BASELINE_LENGTH = ORIGIN_LENGTH + NUMBER

/** A short form of an origin: its first 4 bytes. */
export function digestOf(origin: string): number {
  return Number.parseInt(origin.slice(0, 2 * DIGEST_LENGTH), 16)
}

export function encodeSections({ hears, since, baselines, ages, instance }: Sections): Buffer[] {
  const sections: Buffer[] = []
  if (hears) {
    const body = Buffer.alloc(1 + hears.digests.length * DIGEST_LENGTH)
    body[0] = hears.complete ? COMPLETE : 0
    for (const [index, digest] of hears.digests.entries())
      body.writeUInt32BE(digest, 1 + index * DIGEST_LENGTH)
    sections.push(section(TYPES.hears, [body]))
  }
  if (since !== undefined) sections.push(section(TYPES.since, [number(since)]))
  if (baselines) {
    const entries = baselines.map(({ origin, next }) => [Buffer.from(origin, 'hex'), number(next)])
    sections.push(section(TYPES.baselines, entries.flat()))
  }
  if (ages) sections.push(section(TYPES.ages, ages.map(number)))
  if (instance) sections.push(section(TYPES.instance, [instance]))
  return sections
}

function section(type: number, fields: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER)
  header[0] = type
  header.writeUInt16BE(
    fields.reduce((sum, { length }) => sum + length, 0),
    1
  )
  return Buffer.concat([header, ...fields])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(NUMBER)
  bytes.writeUIntBE(value, 0, NUMBER)
  return bytes
}

/**
 * Unknown sections are skipped: those of later versions.
 *
 * @throws SyncError of kind `frame` for anything that `encodeSections` does not write
 */
export function decodeSections(bytes: Buffer): Sections {
  let sections: Sections = {}
  for (let at = 0; at < bytes.length; ) {
    const start = at + HEADER
    if (start > bytes.length) throw malformed('has a truncated section')
    const end = start + bytes.readUInt16BE(at + 1)
    if (end > bytes.length) throw malformed('has a truncated section')
    sections = { ...sections, ...decodeSection(bytes[at] as number, bytes.subarray(start, end)) }
    at = end
  }
  return sections
}

function decodeSection(type: number, body: Buffer): Sections {
  switch (type) {
    case TYPES.hears:
      return { hears: decodeHears(body) }
    case TYPES.since:
      if (body.length !== NUMBER) throw malformed('has a section of the wrong length')
      return { since: body.readUIntBE(0, NUMBER) }
    case TYPES.baselines:
      return { baselines: decodeBaselines(body) }
    case TYPES.ages:
      return { ages: decodeAges(body) }
    case TYPES.instance:
      // It is only information: whatever it is, the heartbeat counts.
      return body.length > MAX_INSTANCE ? {} : { instance: body }
    default:
      return {}
  }
}

function decodeHears(body: Buffer): Hears {
  const count = entries(body.length - 1, DIGEST_LENGTH)
  const digests: number[] = []
  for (let index = 0, previous = -1; index < count; index += 1) {
    const digest = body.readUInt32BE(1 + index * DIGEST_LENGTH)
    if (digest <= previous) throw malformed('has digests that do not ascend')
    digests.push(digest)
    previous = digest
  }
  return { complete: ((body[0] as number) & COMPLETE) !== 0, digests }
}

function decodeBaselines(body: Buffer): Baseline[] {
  return Array.from({ length: entries(body.length, BASELINE_LENGTH) }, (_, index) => {
    const at = index * BASELINE_LENGTH
    const next = body.readUIntBE(at + ORIGIN_LENGTH, NUMBER)
    if (next < 1) throw malformed('has a baseline of 0')
    return { origin: body.toString('hex', at, at + ORIGIN_LENGTH), next }
  })
}

function decodeAges(body: Buffer): number[] {
  return Array.from({ length: entries(body.length, NUMBER) }, (_, index) =>
    body.readUIntBE(index * NUMBER, NUMBER)
  )
}

function entries(bytes: number, size: number): number {
  const count = bytes / size
  if (!Number.isInteger(count) || count < 0) throw malformed('has a section of the wrong length')
  if (count > MAX_ENTRIES) throw malformed(`has a section of ${count} entries`)
  return count
}
