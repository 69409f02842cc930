import { type PayloadWriter, type Piece, SHARED, WHOLE } from './payload.js'

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

  /** A message that belongs to no list. */
  addWhole(bytes: Buffer): void {
    this.#add(WHOLE, bytes)
  }

  /** An item of a list, and what its events share. */
  addItem(list: object, shared: Buffer, bytes: Buffer): void {
    const known = this.#lists.get(list)
    if (known !== undefined && known !== this.#latest) this.#isMixed = true
    this.#add(known ?? this.#define(list, shared), bytes)
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

  #define(list: object, shared: Buffer): number {
    if (this.#lists.size === SHARED) this.flush() // no number is left
    if (!this.isEmpty && !this.#counted.has(list)) this.#bytes += shared.length
    this.#counted.add(list)
    const number = this.#lists.size
    this.#lists.set(list, number)
    this.#pieces.push({ tag: SHARED, bytes: shared })
    return number
  }

  #add(tag: number, bytes: Buffer): void {
    this.#pieces.push({ tag, bytes })
    this.#latest = tag
    this.#bytes += bytes.length
    if (this.#bytes >= MAX_COLLECTED) this.flush()
  }

  /** Each list is in one piece: a payload for each list, and for each message in between. */
  #sendEach(pieces: readonly Piece[]): void {
    for (let at = 0; at < pieces.length; ) {
      const { tag, bytes } = pieces[at] as Piece
      at += 1
      if (tag === WHOLE) this.send(this.payloads.one(bytes), 1)
      else {
        const items: Buffer[] = []
        for (; isItem(pieces[at]); at += 1) items.push((pieces[at] as Piece).bytes)
        this.send(this.payloads.many(bytes, items), items.length)
      }
    }
  }
}

function isItem(piece: Piece | undefined): boolean {
  return piece !== undefined && piece.tag < SHARED
}
