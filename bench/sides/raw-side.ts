import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { connect as connectAmqp } from 'amqplib'
import { connect as connectNats } from 'nats'
import { createClient } from 'redis'
import { trimmed } from '../data.js'
import { type Data, now, type Side, type SideOptions } from './side.js'

/** How many messages may be under way without an answer. */
const WINDOW = 1000

/** A driver, as one uses it who wants it to be fast. */
interface Driver {
  /** At once; resolves when it is time for the next turn. */
  publish(texts: string[]): Promise<void>
  subscribe(receive: (text: string) => void): Promise<void>
  close(): Promise<void>
}

/** The bare driver: one message of compact JSON for each event, parsed on receipt. */
export async function rawSide({ uri, key, sends }: SideOptions): Promise<Side> {
  const driver = await driverOf(uri, key)
  const context = (params: Data) => ({ type: 'after', method: 'create', params })
  const textOf = (data: Data, params: Data) =>
    JSON.stringify({
      event: 'created',
      path: 'messages',
      data: { id: 1, ...data, at: now() },
      context: context(trimmed(params))
    })
  const listeners: ((data: Data) => void)[] = []
  if (!sends) {
    await driver.subscribe((text) => {
      const { data } = JSON.parse(text)
      for (const listener of listeners) listener(data)
    })
  }
  return {
    async wave(count, data, params) {
      await driver.publish(Array.from({ length: count }, () => textOf(data, params)))
      await setImmediate()
    },
    bulk: (items) => driver.publish(items.map((item) => textOf(item, {}))),
    listen: (listener) => void listeners.push(listener),
    close: driver.close
  }
}

function driverOf(uri: string, key: string): Promise<Driver> {
  if (uri.startsWith('redis:')) return redisDriver(uri, key)
  return uri.startsWith('amqp:') ? amqpDriver(uri, key) : natsDriver(uri, key)
}

async function redisDriver(uri: string, key: string): Promise<Driver> {
  const publisher = await createClient({ url: uri }).connect()
  const subscriber = await publisher.duplicate().connect()
  let unanswered = 0
  return {
    async publish(texts) {
      const answers = texts.map((text) => publisher.publish(key, text))
      unanswered += texts.length
      const all = Promise.all(answers).then(() => {
        unanswered -= texts.length
      })
      if (unanswered >= WINDOW) await all
    },
    subscribe: (receive) => subscriber.subscribe(key, receive),
    async close() {
      await Promise.all([publisher.close(), subscriber.close()])
    }
  }
}

async function amqpDriver(uri: string, key: string): Promise<Driver> {
  const connection = await connectAmqp(uri)
  const channel = await connection.createChannel()
  await channel.assertExchange(key, 'fanout', { durable: false })
  return {
    async publish(texts) {
      let hasRoom = true
      for (const text of texts) hasRoom = channel.publish(key, '', Buffer.from(text))
      if (!hasRoom) await once(channel, 'drain')
    },
    async subscribe(receive) {
      const { queue } = await channel.assertQueue('', { exclusive: true })
      await channel.bindQueue(queue, key, '')
      await channel.consume(queue, (message) => message && receive(message.content.toString()), {
        noAck: true
      })
    },
    close: () => connection.close()
  }
}

async function natsDriver(uri: string, key: string): Promise<Driver> {
  const connection = await connectNats({ servers: [uri] })
  let unanswered = 0
  return {
    async publish(texts) {
      for (const text of texts) connection.publish(key, text)
      unanswered += texts.length
      if (unanswered < WINDOW) return
      unanswered = 0
      await connection.flush()
    },
    async subscribe(receive) {
      connection.subscribe(key, { callback: (_error, message) => receive(message.string()) })
      await connection.flush()
    },
    close: () => connection.close()
  }
}
