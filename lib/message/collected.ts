import { type PayloadWriter, type Piece, SHARED, WHOLE } from './payload.js'
import type { Serialized } from './serializer.js'

/** What has been collected is sent when it has this many bytes, and in any case at the end of its turn. */
const MAX_COLLECTED = 16 * 1024 * 1024

type Send = (payload: Buffer, count: number) => void

/** Collects the events of lists, and those that are emitted in between, to send them together and in their order. */
export class Collected {
  #pieces: Piece[] = []
  /** The lists that have been defined, with their numbers. */
  readonly #lists = new Map<object, number>()
  #latest = WHOLE
  /** Has something come between the items of a list? */
  #isMixed = false
  #bytes = 0
  /** Lists whose shared part is counted: it may have to be repeated, and must not fill a payload by itself each time. */
  readonly #counted = new WeakSet<object>()

  constructor(
    private readonly payloads: PayloadWriter,
    private readonly send: Send
  ) {}

  get isEmpty(): boolean {
    return this.#pieces.length === 0
  }

  /** A message that belongs to no list. Bytes are kept as they are. */
  addWhole(content: Serialized): void {
    this.#add(WHOLE, content)
  }

  /** An item of a list, and what its events share. */
  addItem(list: object, shared: Serialized, content: Serialized): void {
    const known = this.#lists.get(list)
    if (known !== undefined && known !== this.#latest) this.#isMixed = true
    this.#add(known ?? this.#define(list, shared), content)
  }

  /** Sends all of it. */
  flush(): void {
    const pieces = this.#pieces
    if (pieces.length === 0) return
    const isMixed = this.#isMixed
    const count = pieces.length - this.#lists.size
    this.#pieces = []
    this.#lists.clear()
    this.#isMixed = false
    this.#bytes = 0
    if (isMixed) this.send(this.payloads.mixed(pieces), count)
    else this.#sendEach(pieces)
  }

  #define(list: object, shared: Serialized): number {
    if (this.#lists.size === SHARED) this.flush() // no number is left
    const length = Buffer.byteLength(shared)
    if (!this.isEmpty && !this.#counted.has(list)) this.#bytes += length
    this.#counted.add(list)
    const number = this.#lists.size
    this.#lists.set(list, number)
    this.#pieces.push({ tag: SHARED, content: shared, length })
    return number
  }

  #add(tag: number, content: Serialized): void {
    const length = Buffer.byteLength(content)
    this.#pieces.push({ tag, content, length })
    this.#latest = tag
    this.#bytes += length
    if (this.#bytes >= MAX_COLLECTED) this.flush()
  }

  /** Each list is in one piece: a payload for each list, and for each message in between. */
  #sendEach(pieces: readonly Piece[]): void {
    for (let at = 0; at < pieces.length; ) {
      const { tag, content } = pieces[at] as Piece
      const start = at
      at += 1
      if (tag === WHOLE) this.send(this.payloads.one(content), 1)
      else {
        while (isItem(pieces[at])) at += 1
        this.send(this.payloads.many(pieces.slice(start, at)), at - start - 1)
      }
    }
  }
}

function isItem(piece: Piece | undefined): boolean {
  return piece !== undefined && piece.tag < SHARED
}
