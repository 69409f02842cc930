import type { Channel, ChannelModel } from 'amqplib'
import { isRefusal } from './publisher.js'

/**
 * Declares the exchange and an exclusive queue, and consumes.
 *
 * @param onEnd called when the channel or its consumer has ended. The driver restores connections only: so one whose
 * subscription has ended has to be closed. During the set-up the driver would close it too, but wait for the answer forever
 * if the connection is cut meanwhile.
 */
export async function subscribe(
  model: ChannelModel,
  exchange: string,
  receive: (bytes: Uint8Array) => void,
  onEnd: (error: Error) => void
): Promise<void> {
  const channel = await declareExchange(model, exchange, onEnd)
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true })
  await channel.bindQueue(queue, exchange, '')
  const onMessage = (message: { content: Buffer } | null) =>
    message ? receive(message.content) : onEnd(new Error('the server has canceled the consumer'))
  await channel.consume(queue, onMessage, { noAck: true })
}

/** Who may not declare the exchange may use one that is there. Returns a channel: a refusal closes the one that it is for. */
async function declareExchange(
  model: ChannelModel,
  exchange: string,
  onEnd: (error: Error) => void
): Promise<Channel> {
  const channel = await model.createChannel()
  let declaring = true
  channel.on('error', (error: Error) => {
    if (!declaring || !isRefusal(error)) onEnd(error)
  })
  try {
    await channel.assertExchange(exchange, 'fanout', { durable: false })
    declaring = false
    return channel
  } catch (refusal) {
    if (!(refusal instanceof Error) || !isRefusal(refusal)) throw refusal
    const other = await model.createChannel()
    other.on('error', onEnd)
    await other.checkExchange(exchange).catch(() => {
      throw refusal // there is none
    })
    return other
  }
}
