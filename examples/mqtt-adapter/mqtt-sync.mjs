// An adapter for MQTT as a function, as in feathers-sync 3. It is shorter than the class, and it promises less: events that the
// others make while the connection is lost are missed, and nobody notices it.

import { core } from 'feathers-sync'
import mqtt from 'mqtt'

export const mqttSync = ({ uri, key, mqttOptions }) => {
  return (app) => {
    const client = mqtt.connect(uri, mqttOptions) // it connects again by itself, and subscribes again
    client.on('error', () => {}) // without a listener, a broker that is away would end the process

    app.configure(core)
    app.sync = {
      type: 'mqtt',
      ready: client.subscribeAsync(key),
      serialize: JSON.stringify,
      deserialize: JSON.parse
    }

    app.on('sync-out', (data) => client.publish(key, data))
    // Own events come back as well: this is how they reach the listeners of this instance.
    client.on('message', (_topic, data) => app.emit('sync-in', data.toString()))

    app.hooks({
      teardown: [
        async (_context, next) => {
          await next()
          await client.endAsync()
        }
      ]
    })
  }
}
