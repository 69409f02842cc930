// An MQTT broker as a process of its own: node examples/mqtt-adapter/broker.mjs [port]

import { createServer } from 'node:net'
import { Aedes } from 'aedes'

const broker = await Aedes.createBroker()
const server = createServer(broker.handle)
server.listen(Number(process.argv[2] ?? 1883), '127.0.0.1', () => {
  console.log(`the broker is at mqtt://127.0.0.1:${server.address().port}`)
})
