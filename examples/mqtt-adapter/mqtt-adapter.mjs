// An adapter for MQTT as a class. docs/adapters.md explains it step by step; main.mjs shows how it is used.

import { once } from 'node:events'
import { SyncAdapter } from 'feathers-sync'
import mqtt from 'mqtt'

/** How long a broker may take to answer when we leave, in ms. */
const PATIENCE = 1000

/** What a broker answers when it refuses a client: 4 and 5, in MQTT 5 134 and 135. */
const REFUSED = [4, 5, 134, 135]

export class MqttAdapter extends SyncAdapter {
  type = 'mqtt'

  // A broker sends what a client publishes to the client itself, too, if it has subscribed to it.
  echoes = true

  // The functions that reject what is being published.
  pending = new Set()

  async doConnect(receive) {
    const { uri, key, mqttOptions } = this.options
    if (/[#+]/.test(key))
      throw this.error('options', `can't use the key '${key}': # and + are wildcards of MQTT`)
    const client = mqtt.connect(uri, { ...mqttOptions, reconnectPeriod: 0, queueQoSZero: false })
    this.client = client
    client.on('error', (error) => this.debug('%o', error)) // 'close' follows
    client.on('message', (_topic, bytes) => receive(bytes))
    const gone = once(client, 'close').then(() => {
      throw new Error('the connection was lost')
    })
    gone.catch((cause) => {
      for (const reject of this.pending) reject(cause)
      if (this.client === client) this.lost(cause) // not closed by us: the base class connects again
    })
    try {
      await Promise.race([subscribe(client, key), gone])
    } catch (error) {
      throw isRefusal(error) ? this.error('auth', 'was refused', error) : error
    }
  }

  async doPublish(bytes) {
    const { client, pending } = this
    await new Promise((resolve, reject) => {
      pending.add(reject)
      client.publish(this.options.key, Buffer.from(bytes), (error) => {
        pending.delete(reject)
        if (error) reject(error)
        else resolve()
      })
    })
  }

  async doClose() {
    const { client } = this
    this.client = undefined
    if (!client) return
    // A broker that doesn't answer must not keep us.
    const alarm = setTimeout(() => client.stream.destroy(), PATIENCE)
    await client.endAsync(!client.connected)
    clearTimeout(alarm)
  }
}

async function subscribe(client, key) {
  await once(client, 'connect') // rejects with what comes as 'error'
  await client.subscribeAsync(key)
}

/** Of the client, or of its subscription. */
const isRefusal = (error) => REFUSED.includes(error.code) || error.packet?.cmd === 'suback'
