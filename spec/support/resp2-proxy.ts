import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** A Redis that knows RESP 2 only, and says so: it is asked for a version that it does not know, and answers NOPROTO. */
export async function startResp2Proxy(port: number) {
  let refused = 0
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1')
    void pipeline(redis, client).catch(() => {})
    void pipeline(client, ask, redis).catch(() => {})
  }).listen(0, '127.0.0.1')
  async function* ask(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      const text = chunk.toString('latin1')
      const changed = text.replace(/(\$5\r\nHELLO\r\n\$1\r\n)3/i, '$19')
      if (changed !== text) refused += 1
      yield Buffer.from(changed, 'latin1')
    }
  }
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    /** How often RESP 3 was demanded. */
    refused: () => refused,
    close: () => new Promise<unknown>((resolve) => server.close(resolve))
  }
}
