/** One message of the board. */
export interface Message {
  id: number
  text: string
  likes: number
  /** The instance that created it. */
  from: string
}

/** How many messages the board has: the oldest are removed. */
const CAPACITY = 50

/**
 * The database of the application. A real one would be a server of its own; here the process that starts the instances holds it,
 * so it survives when an instance is killed.
 */
export class Database {
  readonly #messages = new Map<number, Message>()
  #lastId = 0

  find(): Message[] {
    return [...this.#messages.values()]
  }

  create({ text, from }: Pick<Message, 'text' | 'from'>): Message {
    const message = { id: ++this.#lastId, text, likes: 0, from }
    this.#messages.set(message.id, message)
    for (const id of [...this.#messages.keys()].slice(0, -CAPACITY)) this.#messages.delete(id)
    return message
  }

  like(id: number): Message {
    const message = this.#get(id)
    message.likes += 1
    return message
  }

  remove(id: number): Message {
    const message = this.#get(id)
    this.#messages.delete(id)
    return message
  }

  #get(id: number): Message {
    const message = this.#messages.get(id)
    if (!message) throw new Error(`there is no message ${id}`)
    return message
  }
}
