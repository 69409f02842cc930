// The serializer of the documentation.
import { deserialize, serialize } from 'bson'
import sync from 'feathers-sync'

export const configure = sync({
  uri: 'redis://localhost:6379',
  redisOptions: { return_buffers: true },
  serialize,
  deserialize
})
