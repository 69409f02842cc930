import { asBuffer } from '../../bytes.js'
import { readMessages, readPlain } from '../../message/decoder.js'
import type { SyncMessage } from '../../message/message.js'
import { readPayload, SHARED } from '../../message/payload.js'
import { JsonSerializer, type Serializer } from '../../message/serializer.js'
import { UsageError } from '../usage.js'

/** An event as it was seen. */
export interface SeenEvent {
  readonly path: string
  readonly event: string
  /** `id` or `_id` of its data. */
  readonly id: string | number | undefined
  readonly data: unknown
  /** On the wire, in bytes, without what it shares with others of its list. */
  readonly size: number
}

/** What can't be deserialized. */
export interface Unreadable {
  readonly reason: unknown
  readonly events: number
  readonly size: number
}

/** By the name that `--serializer` takes. */
const SERIALIZERS: Record<string, () => Promise<Serializer>> = {
  json: async () => new JsonSerializer(),
  msgpack: async () => {
    const { Packr } = await import('msgpackr').catch((cause: unknown) => {
      throw new UsageError(
        "the 'msgpackr' package can't be loaded. It is installed with: npm install msgpackr",
        {
          cause
        }
      )
    })
    const packr = new Packr({ moreTypes: true, structuredClone: true, useBigIntExtension: true })
    return {
      takesWholeMessages: false,
      serialize: (it) => packr.pack(it),
      deserialize: (it) => packr.unpack(it)
    }
  }
}

export const SERIALIZER_NAMES = Object.keys(SERIALIZERS)

/** @throws UsageError where its package is missing */
export async function serializerOf(name: string): Promise<Serializer> {
  const make = SERIALIZERS[name]
  if (!make) throw new UsageError(`there is no serializer ${name}: there are ${SERIALIZER_NAMES.join(', ')}`)
  return await make()
}

export function eventsIn(
  serializer: Serializer,
  payload: Uint8Array,
  count: number
): SeenEvent[] | Unreadable {
  try {
    const places = readPayload(asBuffer(payload), count).filter(({ tag }) => tag !== SHARED)
    const messages = readMessages(serializer, payload, count)
    return messages.map((message, at) => seen(message, (places[at]?.end ?? 0) - (places[at]?.start ?? 0)))
  } catch (reason) {
    return { reason, events: count, size: payload.length }
  }
}

/** Of a message that is no frame. */
export function plainEvent(serializer: Serializer, bytes: Uint8Array): SeenEvent | Unreadable {
  try {
    return seen(readPlain(serializer, bytes).message, bytes.length)
  } catch (reason) {
    return { reason, events: 1, size: bytes.length }
  }
}

function seen({ path, event, data }: SyncMessage, size: number): SeenEvent {
  if (typeof path !== 'string' || typeof event !== 'string') throw new TypeError('it is no event')
  return { path, event, id: idOf(data), data, size }
}

function idOf(data: unknown): string | number | undefined {
  const { id, _id } = (data ?? {}) as { id?: unknown; _id?: unknown } // a copy of it would be one of each character of a text
  const found = id ?? _id
  if (found === undefined || found === null) return undefined
  return typeof found === 'number' ? found : String(found)
}
