import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { trimmed } from '../data.js'
import { type Data, now, type Side, type SideOptions } from './side.js'

/** How many messages may be under way without an answer. */
const WINDOW = 1000

/** A driver, as one uses it who wants it to be fast. */
interface Driver {
  /** At once; some drivers resolve when the broker has it. */
  publishOne(text: string): Promise<unknown>
  /** At once; resolves when it is time for the next turn. */
  publish(texts: string[]): Promise<void>
  subscribe(receive: (text: string) => void): Promise<void>
  close(): Promise<void>
}

/**
 * The bare driver: one message of compact JSON for each event, parsed on receipt. Each instance subscribes, as each has users
 * to whom events go, and gets its own events as the broker's echo.
 */
export async function rawSide({ uri, key }: SideOptions): Promise<Side> {
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
  const traffic = { messages: 0, bytes: 0 }
  await driver.subscribe((text) => {
    traffic.messages += 1
    traffic.bytes += text.length // of ASCII
    const { data } = JSON.parse(text)
    for (const listener of listeners) listener(data)
  })
  return {
    async wave(count, data, params) {
      await driver.publish(Array.from({ length: count }, () => textOf(data, params)))
      await setImmediate()
    },
    async one(data, params) {
      await driver.publishOne(textOf(data, params))
    },
    bulk: (items) => driver.publish(items.map((item) => textOf(item, {}))),
    listen: (listener) => void listeners.push(listener),
    received: () => ({ ...traffic }),
    close: driver.close
  }
}

function driverOf(uri: string, key: string): Promise<Driver> {
  if (uri.startsWith('redis:')) return redisDriver(uri, key)
  return uri.startsWith('amqp:') ? amqpDriver(uri, key) : natsDriver(uri, key)
}

async function redisDriver(uri: string, key: string): Promise<Driver> {
  const { createClient } = await import('redis')
  const publisher = await createClient({ url: uri }).connect()
  const subscriber = await publisher.duplicate().connect()
  let unanswered = 0
  return {
    publishOne: (text) => publisher.publish(key, text),
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
  const { connect } = await import('amqplib')
  const connection = await connect(uri)
  const channel = await connection.createChannel()
  await channel.assertExchange(key, 'fanout', { durable: false })
  return {
    async publishOne(text) {
      channel.publish(key, '', Buffer.from(text))
    },
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
  const { connect } = await import('nats')
  const connection = await connect({ servers: [uri] })
  let unanswered = 0
  return {
    async publishOne(text) {
      connection.publish(key, text)
    },
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
