import { BODY_AT, KIND_AT, KINDS, NUMBER } from './frame.js'

/** What tells a frame of one's own when it comes back. */
export type Head = {
  /** How long the sender had existed, in ms. */
  readonly age?: number
} & (
  | { readonly kind: 'events' | 'fragment'; readonly first: number; readonly index: number }
  | { readonly kind: 'heartbeat'; readonly last: number }
)

/** The head of a frame that this instance wrote, of version 4: nothing else of it is read. NACKs have none. */
export function readHead(bytes: Buffer): Head | undefined {
  switch (bytes[KIND_AT]) {
    case KINDS.events:
      return {
        kind: 'events',
        age: bytes.readUIntBE(BODY_AT + 1, NUMBER),
        first: bytes.readUIntBE(BODY_AT + 1 + NUMBER, NUMBER),
        index: 0
      }
    case KINDS.fragment:
      return {
        kind: 'fragment',
        first: bytes.readUIntBE(BODY_AT, NUMBER),
        index: bytes.readUInt16BE(BODY_AT + NUMBER)
      }
    case KINDS.heartbeat:
      return {
        kind: 'heartbeat',
        age: bytes.readUIntBE(BODY_AT + 1, NUMBER),
        last: bytes.readUIntBE(BODY_AT + 1 + 2 * NUMBER, NUMBER)
      }
    default:
      return undefined
  }
}
