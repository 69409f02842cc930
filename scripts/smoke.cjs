// Does the built package work in this version of Node? By require() and by import, over `ipc:`.
const { once } = require('node:events')
const start = performance.now()
const sync = require('feathers-sync')
const duration = performance.now() - start
const { feathers } = require('@feathersjs/feathers')

async function main() {
  const imported = await import('feathers-sync')
  if (imported.default !== sync || imported.SyncAdapter !== sync.SyncAdapter) throw new Error('two copies')
  const apps = [1, 2].map(() => {
    const app = feathers().configure(sync({ uri: 'ipc:', key: `smoke-${process.pid}` }))
    return app.use('messages', { create: async (data) => data })
  })
  await Promise.all(apps.map((app) => app.sync.ready))
  const arrived = once(apps[1].service('messages'), 'created')
  await apps[0].service('messages').create({ text: 'hello' })
  const [{ text }] = await arrived
  await Promise.all(apps.map((app) => app.teardown()))
  console.log(`Node ${process.version}: loaded in ${duration.toFixed()} ms, '${text}' arrived`)
}

main()
