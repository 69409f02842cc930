// One instance as a process of its own: tells what it gets, does what it is told.
import { Server } from 'node:net'
import { feathers } from '@feathersjs/feathers'
import sync from '../../../lib/index.js'

export interface Told {
  create?: string
  teardown?: boolean
  isHub?: boolean
}

export interface Tells {
  ready?: true
  text?: string
  isHub?: boolean
  tornDown?: true
}

const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] }
const tell = (message: Tells) => process.send?.(message)
const [uri, key] = process.argv.slice(2)
const app = feathers().configure(sync({ uri, key }))
app.on('sync-error', () => {})
app.use('messages', { create: async (data: object) => data } as never)
const messages = app.service('messages')
messages.on('created', ({ text }) => tell({ text }))

process.on('message', async ({ create, teardown, isHub }: Told) => {
  if (create) await messages.create({ text: create })
  if (isHub) tell({ isHub: handles().some((handle) => handle instanceof Server) })
  if (!teardown) return
  await app.teardown()
  tell({ tornDown: true })
  process.disconnect()
})
app.sync.ready.then(() => tell({ ready: true }))
