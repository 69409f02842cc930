// BSON in place of JSON, with a Serializer of your own: dates and buffers keep their types.
//
// Run: npx tsx examples/bson-serializer.ts (needs: npm install bson)

import { feathers } from '@feathersjs/feathers'
import { deserialize, serialize } from 'bson'
import sync, { createContainer, Serializer, type SyncMessage } from 'feathers-sync'

class BsonSerializer extends Serializer {
  override serialize(message: SyncMessage): Uint8Array {
    return serialize(message)
  }

  override deserialize(bytes: Buffer): SyncMessage {
    return deserialize(bytes, { promoteBuffers: true }) as SyncMessage
  }
}

const container = createContainer()
container.rebind(Serializer).to(BsonSerializer)

interface File {
  at: Date
  bytes: Buffer
}

class Files {
  async create(file: File) {
    return file
  }
}

function startInstance() {
  const app = feathers<{ files: Files }>()
  app.configure(sync({ uri: process.env.SYNC_URI ?? 'ipc:', key: `example-${process.pid}`, container }))
  app.use('files', new Files())
  return app
}

const one = startInstance()
const two = startInstance()
await Promise.all([one.sync.ready, two.sync.ready])

const arrived = new Promise<File>((resolve) => two.service('files').once('created', resolve))
await one.service('files').create({ at: new Date(0), bytes: Buffer.from('hello') })
const { at, bytes } = await arrived
console.log(at instanceof Date, at.toISOString())
console.log(Buffer.isBuffer(bytes), bytes.toString())

await Promise.all([one.teardown(), two.teardown()])
