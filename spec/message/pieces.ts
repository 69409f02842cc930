import { type Piece, readPayload, SHARED } from '../../lib/message/payload.js'

export function piece(tag: number, content: string | Buffer): Piece {
  return { tag, content, length: Buffer.byteLength(content) }
}

/** Of one list, as `PayloadWriter.many` takes them. */
export function listed(shared: string | Buffer, ...items: (string | Buffer)[]): Piece[] {
  return [piece(SHARED, shared), ...items.map((item) => piece(0, item))]
}

/** The tags and the texts that are read from a payload. */
export function readTexts(payload: Buffer, count: number): [tag: number, text: string][] {
  return readPayload(payload, count).map(({ tag, start, end }) => [tag, payload.toString('utf8', start, end)])
}
