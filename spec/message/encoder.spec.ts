import { expect } from 'chai'
import { readMessages } from '../../lib/message/decoder.js'
import { Encoder } from '../../lib/message/encoder.js'
import type { SyncMessage } from '../../lib/message/message.js'
import { JsonSerializer, Serializer } from '../../lib/message/serializer.js'

/** As msgpack's encoders do. */
class ReusingSerializer extends Serializer {
  readonly #bytes = Buffer.alloc(1000)
  override serialize(message: SyncMessage): Uint8Array {
    return this.#bytes.subarray(0, this.#bytes.write(JSON.stringify(message)))
  }
  override deserialize(bytes: Buffer): SyncMessage {
    return JSON.parse(String(bytes))
  }
}

for (const serializer of [new JsonSerializer(), new ReusingSerializer()]) {
  describe(`Encoder with ${serializer.constructor.name}`, () => {
    it('keeps what was serialized until the list and the messages in between are sent', () => {
      const sent: SyncMessage[] = []
      const encoder = new Encoder({
        serializer,
        origin: () => undefined,
        send: (payload, count) => void sent.push(...readMessages(serializer, payload, count))
      })
      const add = (data: unknown, index?: number) => {
        const message = {
          event: 'created',
          path: 'messages',
          data,
          context: { method: 'create', result: items }
        }
        encoder.add(message, index === undefined ? undefined : { list: items, index }, (cause) =>
          expect.fail(String(cause))
        )
      }
      const items = [{ text: 'one' }, { text: 'second' }]
      add(items[0], 0)
      add({ text: 'between, and longer' })
      add(items[1], 1)
      encoder.flush()
      expect(sent.map(({ data }) => data)).to.deep.equal([
        items[0],
        { text: 'between, and longer' },
        items[1]
      ])
      expect(sent[2]?.context).to.deep.equal({ method: 'create', result: items })
    })
  })
}
