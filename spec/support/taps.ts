import { connect as connectAmqp } from 'amqplib'
import { connect as connectNats } from 'nats'
import { createClient } from 'redis'
import { IpcAdapter } from '../../lib/index.js'
import type { ResolvedOptions } from '../../lib/sync/options.js'
import type { PLACES } from './places.js'

type Tap = (uri: string, key: string, receive: (bytes: Uint8Array) => void) => Promise<() => Promise<unknown>>

/** Listens to all that is sent under `key`, by the driver alone where there is one. Returns what ends it. */
export const TAPS: Record<keyof typeof PLACES, Tap> = {
  async redis(uri, key, receive) {
    const client = await createClient({ url: uri }).connect()
    await client.subscribe(key, receive, true)
    return async () => client.destroy()
  },
  async amqp(uri, key, receive) {
    const connection = await connectAmqp(uri)
    const channel = await connection.createChannel()
    await channel.assertExchange(key, 'fanout', { durable: false })
    const { queue } = await channel.assertQueue('', { exclusive: true })
    await channel.bindQueue(queue, key, '')
    await channel.consume(queue, (message) => message && receive(message.content), { noAck: true })
    return () => connection.close()
  },
  async nats(uri, key, receive) {
    const connection = await connectNats({ servers: [uri] })
    connection.subscribe(key, { callback: (_error, { data }) => receive(data) })
    await connection.flush()
    return () => connection.close()
  },
  async ipc(uri, key, receive) {
    const adapter = new IpcAdapter()
    adapter.options = { uri, key } as ResolvedOptions
    await adapter.connect({ receive, error: () => {}, status: () => {} })
    return () => adapter.close()
  }
}
