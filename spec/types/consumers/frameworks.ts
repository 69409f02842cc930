// Beside the packages of Feathers that add to its types as well.
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { koa } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import sync, { SYNC, type Sync } from 'feathers-sync'

const app = koa<{ messages: object }>(feathers())
app.configure(socketio())
app.configure(sync({ uri: 'redis://localhost' }))
app.on('connection', (connection) => app.channel('everybody').join(connection))
app.publish(() => app.channel('everybody'))
app.on('sync-error', (error) => error.kind === 'auth')

export const stats: (Sync | number)[] = [app.sync, app.sync.stats().events.sent]

// As the Feathers CLI generates it
type CliHookContext<S = unknown> = HookContext<typeof app, S>
app.configure(sync({ uri: 'ipc:', context: ({ params }: CliHookContext) => ({ params }) }))
app.configure(
  sync.nats({ context: (context: CliHookContext) => (context.app === app ? context.toJSON() : undefined) })
)

// koa's own `on` comes first, with `any`: a function for any application of Feathers has the types
interface Services {
  messages: { create(data: object): Promise<{ id: number }> }
}
export const watch = (it: Application<Services>) =>
  it.on('sync-in', ({ path, event }) => {
    // @ts-expect-error there is no such path
    if (path === 'mesages') return
    // @ts-expect-error there is no such event
    if (event === 'creatd') return
  })
koa<Services>(feathers()).configure(watch)

export const hook = async (context: HookContext<typeof app>): Promise<void> => {
  context[SYNC] = context.app.sync.status === 'ready'
}
