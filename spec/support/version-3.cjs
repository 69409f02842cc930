// One instance of feathers-sync 3.1.1, as a process of its own: does what its parent tells it, and tells what its listeners got.
const { feathers } = require('@feathersjs/feathers')
const sync = require('feathers-sync-3')

const { isTolerant, adapter, ...options } = JSON.parse(process.argv[2])

/** What feathers-sync 3 can't read leaves it deaf: an instance that is to go on beside wire 4 must not throw. */
const tolerant = (data) => {
  try {
    return JSON.parse(data)
  } catch {
    return { event: 'unreadable', path: 'items' }
  }
}

const app = feathers()
// By the adapter's name it has no default of `serialize` and `deserialize`, and another one of `key`.
const byName = { serialize: JSON.stringify, deserialize: JSON.parse, ...options }
app.configure(
  adapter ? sync[adapter](byName) : sync({ ...options, ...(isTolerant && { deserialize: tolerant }) })
)
const many = (data) => (Array.isArray(data) ? data : { ...data })
app.use(
  'items',
  {
    create: async (data) => many(data),
    patch: async (id, data) => ({ id, ...data }),
    remove: async (id) => ({ id })
  },
  { events: ['liked'] }
)
const items = app.service('items')
app.use('authentication', { create: async () => ({ accessToken: 'secret' }), createAccessToken() {} })

const heard = []
for (const event of ['created', 'patched', 'removed', 'liked']) {
  items.on(event, (data, context) => {
    const isOwn = context && context.app === app && context.service === items
    const { app: _app, service, ...values } = context ?? {}
    heard.push({ event, data, context: context && { ...values, isOwn } })
  })
}

const orders = {
  ready: () => app.sync.ready.then(() => undefined),
  call: ({ method, args }) => items[method](...args).then(() => undefined),
  login: () =>
    app
      .service('authentication')
      .create({})
      .then(() => undefined),
  emit: ({ event, data }) => void items.emit(event, data),
  report: () => heard
}

process.on('message', async ({ id, order, ...more }) =>
  process.send({ id, value: await orders[order](more) })
)
process.on('disconnect', () => process.exit(0))
