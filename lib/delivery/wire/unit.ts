/** Sequence numbers, both ends included. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** One serialized message: an event, or the events of one bulk call. */
export interface Unit {
  /** The sequence number of its first event; the first of an origin is 1. */
  readonly first: number
  /** How many events it holds, with the sequence numbers from `first` on. */
  readonly count: number
  readonly payload: Uint8Array
}

/** Offset in the header: the length of the payload comes first. */
const COUNT_AT = 4

/** The header of a unit, in bytes. */
export const UNIT_OVERHEAD = COUNT_AT + 4

/** The size of a unit with that payload, in bytes. */
export function sizeOf({ length }: Uint8Array): number {
  return UNIT_OVERHEAD + length
}

/** Writes a unit in wire format; returns the offset of its end. */
export function writeUnit(bytes: Buffer, at: number, payload: Uint8Array, count: number): number {
  bytes.writeUInt32BE(payload.length, at)
  bytes.writeUInt32BE(count, at + COUNT_AT)
  bytes.set(payload, at + UNIT_OVERHEAD)
  return at + sizeOf(payload)
}

/** The unit at `at`; its payload is a view. */
export function readUnit(bytes: Buffer, at: number, first: number): Unit {
  return { first, count: countAt(bytes, at), payload: bytes.subarray(at + UNIT_OVERHEAD, endAt(bytes, at)) }
}

/** The offset of the end of the unit at `at`. */
export function endAt(bytes: Buffer, at: number): number {
  return at + UNIT_OVERHEAD + bytes.readUInt32BE(at)
}

/** How many events the unit at `at` holds. */
export function countAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at + COUNT_AT)
}
