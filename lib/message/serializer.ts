import { injectable } from 'inversify'
import { parse, stringify } from './json-bytes.js'
import type { SyncMessage } from './message.js'

export type Serialized = string | Uint8Array

/**
 * Turns a message into bytes and back. Bind your own with `container.rebind(Serializer).to(YourSerializer)`.
 * It always gets one plain object, never an array: a message, whose `context` may be absent. Of the events of a bulk call, which
 * share a context, that is first a message without `data`, then `{ data }` for each event.
 */
@injectable()
export abstract class Serializer {
  /**
   * `true`: each event is serialized as a message of its own, with its complete context, also the events of a bulk call.
   * Default: `false`, which leaves out of the context what it has in common with the message, and is several times smaller for
   * bulk calls.
   */
  readonly takesWholeMessages: boolean = false

  /** Returns text (sent as UTF-8) or bytes. If it throws, the event is not sent; the listeners here get it in any case. */
  abstract serialize(message: SyncMessage): Serialized

  /** The reverse of `serialize`. What it throws is reported as `sync-error`. */
  abstract deserialize(bytes: Buffer): SyncMessage
}

/** JSON: dates arrive as strings, Buffers as such, functions and `undefined` not at all. */
@injectable()
export class JsonSerializer extends Serializer {
  override serialize(message: SyncMessage): string {
    return stringify(message)
  }

  /** @param start where the text begins in `bytes`, and where it ends. Default: all of it */
  override deserialize(bytes: Buffer, start = 0, end = bytes.length): SyncMessage {
    return parse(bytes.toString('utf8', start, end)) as SyncMessage
  }
}

/** The `serialize` and `deserialize` options. */
export interface SerializerFunctions {
  /** Turns `{ event, path, data, context }` into text or bytes. Default: JSON. */
  serialize?: ((message: SyncMessage) => string | Uint8Array) | undefined
  /**
   * The reverse: gets what `serialize` returned, always as a Buffer; typed so that `JSON.parse`, which takes a Buffer as
   * text, can be given too. Default: JSON.
   */
  deserialize?: ((bytes: Buffer & string) => unknown) | undefined
}

/** Calls the `serialize` and `deserialize` options, which get what they got from feathers-sync 3. JSON for the one that isn't given. */
export class FunctionSerializer extends Serializer {
  override readonly takesWholeMessages: boolean = true

  constructor(private readonly functions: SerializerFunctions) {
    super()
  }

  override serialize(message: SyncMessage): Serialized {
    const { serialize = JSON.stringify } = this.functions
    return serialize(message)
  }

  override deserialize(bytes: Buffer): SyncMessage {
    const { deserialize } = this.functions
    return (deserialize ? deserialize(bytes as Buffer & string) : JSON.parse(bytes.toString())) as SyncMessage
  }
}
