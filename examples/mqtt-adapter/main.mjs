// Two instances of an application that share their events over MQTT, by the class; then two by the function.
//
// Run: node examples/mqtt-adapter/broker.mjs, and beside it node examples/mqtt-adapter/main.mjs

import { once } from 'node:events'
import { feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import sync, { createContainer, SyncAdapter } from 'feathers-sync'
import { MqttAdapter } from './mqtt-adapter.mjs'
import { mqttSync } from './mqtt-sync.mjs'

const { MQTT_URI: uri = 'mqtt://127.0.0.1:1883' } = process.env
const key = 'my-application'

const container = createContainer()
for (const scheme of ['mqtt', 'mqtts']) container.bind(SyncAdapter).to(MqttAdapter).whenNamed(scheme)

async function tryOut(name, plugin) {
  const [one, two] = ['one', 'two'].map(() => {
    const app = feathers()
    app.configure(plugin())
    app.use('messages', new MemoryService())
    return app
  })
  await Promise.all([one.sync.ready, two.sync.ready])

  const arrived = once(two.service('messages'), 'created')
  await one.service('messages').create({ text: 'Hello' })
  const [message] = await arrived
  console.log(`${name}: '${message.text}' came over ${two.sync.type}`)

  await Promise.all([one.teardown(), two.teardown()])
}

await tryOut('class', () => sync({ uri, key, container }))
await tryOut('function', () => mqttSync({ uri, key }))
