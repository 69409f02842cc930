import type { Channel } from 'amqplib'
import type { Channels } from './channels.js'
import { isRefusal } from './publisher.js'

/** On a virtual host whose default is another type, such as quorum, there would be no exclusive queue. */
const QUEUE = { exclusive: true, autoDelete: true, arguments: { 'x-queue-type': 'classic' } }

/**
 * Declares the exchange and an exclusive queue, and consumes.
 *
 * @param onEnd called when the channel or its consumer has ended
 */
export async function subscribe(
  channels: Channels,
  exchange: string,
  receive: (bytes: Uint8Array) => void,
  onEnd: (error: Error) => void
): Promise<void> {
  let live = false
  const onError = (error: Error) => {
    if (live) onEnd(error) // before, it rejects what waits for an answer
  }
  const channel = await declareExchange(channels, exchange, onError)
  const { queue } = await channel.assertQueue('', QUEUE)
  const onMessage = (message: { content: Buffer } | null) =>
    message ? receive(message.content) : onEnd(new Error('the server has canceled the consumer'))
  try {
    await channel.bindQueue(queue, exchange, '')
    await channel.consume(queue, onMessage, { noAck: true })
    live = true
  } catch (error) {
    // On a connection that stays it would, too: only its consumer's end deletes it.
    await deleteQueue(channels, queue).catch(() => {})
    throw error
  }
}

async function deleteQueue(channels: Channels, queue: string): Promise<void> {
  const channel = await channels.create()
  channel.on('error', () => {})
  await channel.deleteQueue(queue)
}

/** Who may not declare the exchange may use one that is there. Returns a channel: a refusal closes the one that it is for. */
async function declareExchange(
  channels: Channels,
  exchange: string,
  onError: (error: Error) => void
): Promise<Channel> {
  const channel = await channels.create()
  channel.on('error', onError)
  try {
    await channel.assertExchange(exchange, 'fanout', { durable: false })
    return channel
  } catch (refusal) {
    if (!(refusal instanceof Error) || !isRefusal(refusal)) throw refusal
    const other = await channels.create()
    await other.checkExchange(exchange).catch(() => {
      throw refusal // there is none
    })
    other.on('error', onError)
    return other
  }
}
