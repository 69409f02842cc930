import { injectable, Serializer, type SyncMessage } from 'feathers-sync'
import { Packr } from 'msgpackr'

/**
 * MessagePack in place of JSON, by the `msgpackr` package, which has to be installed: keeps `Date`, `Buffer`, `Map`, `Set`,
 * `BigInt`, `RegExp`, `undefined` and circles. All instances have to use it:
 * `container.rebind(Serializer).to(MsgpackSerializer)`.
 */
@injectable()
export class MsgpackSerializer extends Serializer {
  readonly #packr = new Packr({
    moreTypes: true,
    structuredClone: true,
    useBigIntExtension: true,
    copyBuffers: true // else what a listener keeps would hold the driver's buffer
  })

  override serialize(message: SyncMessage): Uint8Array {
    return this.#packr.pack(message)
  }

  override deserialize(bytes: Buffer): SyncMessage {
    return this.#packr.unpack(bytes)
  }
}
