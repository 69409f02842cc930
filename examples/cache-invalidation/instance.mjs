// An instance with a cache in its memory. The database is a file, which all instances share.

import { readFile, writeFile } from 'node:fs/promises'
import { feathers } from '@feathersjs/feathers'
import { bodyParser, koa, rest } from '@feathersjs/koa'
import sync, { isRemote } from 'feathers-sync'

const { NAME, DATABASE, SYNC_URI = 'ipc:', SYNC_KEY = 'cache-invalidation' } = process.env
const cache = new Map()

const app = koa(feathers())
app.use(bodyParser())
app.configure(rest())
app.configure(sync({ uri: SYNC_URI, key: SYNC_KEY }))

app.use('products', {
  async get(id) {
    const product = JSON.parse(await readFile(DATABASE))[id]
    console.log(`${NAME} reads product ${id} from the database: ${product.price} €`)
    return product
  },
  async patch(id, data) {
    const products = JSON.parse(await readFile(DATABASE))
    products[id] = { ...products[id], ...data }
    await writeFile(DATABASE, JSON.stringify(products))
    return products[id]
  }
})

app.service('products').hooks({
  around: {
    get: [
      async (context, next) => {
        const id = String(context.id)
        const cached = cache.get(id)
        // The promise is what is cached: an event that comes while it is pending removes it, so no old record is kept.
        const loading = cached ?? next().then(() => context.result)
        cache.set(id, loading)
        try {
          context.result = await loading
        } catch (error) {
          cache.delete(id)
          throw error
        }
        if (cached) console.log(`${NAME} has product ${id} in its cache: ${context.result.price} €`)
      }
    ]
  }
})

// The listener runs on every instance, as each has a cache.
app.service('products').on('patched', (product, context) => {
  const id = String(product.id)
  if (isRemote(context)) {
    cache.delete(id)
    console.log(`${NAME} removes product ${id} from its cache: another instance has changed it`)
  } else {
    // The record is the newest one here, so it need not be read.
    cache.set(id, Promise.resolve(product))
    console.log(`${NAME} keeps product ${id} as it has changed it: ${product.price} €`)
  }
})

// Events were lost, nobody knows of which products.
app.on('sync-gap', ({ missed }) => {
  cache.clear()
  console.log(`${NAME} empties its cache: ${missed} events were missed`)
})

await app.sync.ready
const server = await app.listen(0)
process.send({ port: server.address().port })
process.once('SIGTERM', async () => {
  await app.teardown()
  process.disconnect()
})
