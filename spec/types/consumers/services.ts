// The events of an application's services, as its types know them.
import { type Application, feathers, type Service } from '@feathersjs/feathers'
import sync, {
  type EventTypes,
  type ServiceEventData,
  type ServiceEventName,
  type ServicePath,
  type ServiceSync,
  type SyncEvents,
  type SyncMessage,
  type SyncMessageOf,
  type SyncOptions
} from 'feathers-sync'

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false
const same = <One, Other>(_same: Same<One, Other>): void => {}

interface Message {
  id: number
  text: string
}
interface User {
  id: string
}

/** With the overloads of Feathers' database adapters. */
declare class MessageService {
  get(id: number): Promise<Message>
  create(data: Partial<Message>): Promise<Message>
  create(data: Partial<Message>[]): Promise<Message[]>
  patch(id: number, data: Partial<Message>): Promise<Message>
  patch(id: null, data: Partial<Message>): Promise<Message[]>
  remove(id: number): Promise<Message>
  remove(id: null): Promise<Message[]>
}
declare class UserService {
  find(): Promise<User[]>
  create(data: object): Promise<User | User[]>
}

// As the Feathers CLI has them; Feathers takes the service itself where the type has declared events.
interface ServiceTypes {
  messages: MessageService & EventTypes<{ typing: { userId: number }; patched: { id: number } }>
  users: UserService
  'users/:id/avatars': Service<{ url: string }>
  reports: EventTypes<{ finished: string }>
  plain: object
}
type Default = 'created' | 'updated' | 'patched' | 'removed'

const app: Application<ServiceTypes> = feathers()
declare const service: MessageService
app.use('messages', service, { events: ['typing'] })

// The names and the data of events
same<ServicePath<ServiceTypes>, 'messages' | 'users' | 'users/:id/avatars' | 'reports' | 'plain'>(true)
same<ServiceEventName<ServiceTypes, 'messages'>, Default | 'typing'>(true)
same<ServiceEventName<ServiceTypes, 'users'>, Default>(true)
same<ServiceEventName<ServiceTypes, 'reports'>, Default | 'finished'>(true)
same<ServiceEventName<ServiceTypes, 'plain'>, Default>(true)
same<ServiceEventData<ServiceTypes, 'messages', 'created'>, Message>(true)
same<ServiceEventData<ServiceTypes, 'messages', 'removed'>, Message>(true)
same<ServiceEventData<ServiceTypes, 'messages', 'typing'>, { userId: number }>(true)
same<ServiceEventData<ServiceTypes, 'messages', 'patched'>, { id: number }>(true)
same<ServiceEventData<ServiceTypes, 'users', 'created'>, User>(true)
same<ServiceEventData<ServiceTypes, 'users', 'removed'>, unknown>(true)
same<ServiceEventData<ServiceTypes, 'users/:id/avatars', 'patched'>, { url: string }>(true)
same<ServiceEventData<ServiceTypes, 'reports', 'finished'>, string>(true)
same<ServiceEventData<ServiceTypes, 'plain', 'created'>, unknown>(true)

// Where nothing is known of the services, or of one: any name
type Anything = Parameters<typeof JSON.stringify>[0]
same<SyncMessage, SyncMessageOf>(true)
same<SyncMessage<Anything>, SyncMessage>(true)
same<SyncMessage<object>, SyncMessage>(true)
same<SyncMessage<{ messages: Anything }>, SyncMessageOf<'messages'>>(true)
same<SyncMessage<Record<string, UserService>>['path'], string>(true)
same<SyncMessage<Record<string, UserService>>['event'], Default>(true)

// Messages
const read = (message: SyncMessage<ServiceTypes>): void => {
  if (message.path === 'messages' && message.event === 'created') same<typeof message.data, Message>(true)
  if (message.path === 'messages' && message.event === 'typing') {
    same<typeof message.data, { userId: number }>(true)
  }
  // @ts-expect-error there is no such path
  if (message.path === 'mesages') return
  // @ts-expect-error users have no such event
  if (message.path === 'users' && message.event === 'typing') return
}
const readAny = (message: SyncMessage): void => read(message as SyncMessage<ServiceTypes>)

app.on('sync-in', (message) => same<typeof message, SyncMessage<ServiceTypes>>(true))
app.once('sync-out', (message) => same<typeof message, SyncMessage<ServiceTypes>>(true))
app.on('sync-in', read)
app.on('sync-in', readAny)
app.on('sync-in', (message: string) => message) // under `core`
// @ts-expect-error there is no such path
app.on('sync-in', ({ path }) => path === 'mesages')
// @ts-expect-error there is no such event
app.once('sync-out', ({ event }) => event === 'craeted')
same<Parameters<SyncEvents<ServiceTypes>['sync-in']>[0], SyncMessage<ServiceTypes>>(true)

const untyped: Application = feathers()
untyped.on('sync-in', (message) => same<typeof message, SyncMessage>(true))

// The filter
const filter = ({ path, event }: SyncMessage<ServiceTypes>): boolean =>
  path !== 'messages' || event !== 'typing'
app.configure(sync({ uri: 'ipc:', filter }))
app.configure(sync.redis({ filter }))
app.configure(sync({ uri: 'mqtt://localhost', qos: 1, filter }))
app.configure(
  sync<ServiceTypes>({
    uri: 'redis://localhost',
    filter(message) {
      same<typeof message, SyncMessage<ServiceTypes>>(true)
      return message.path !== 'messages' || message.event !== 'typing'
    }
  })
)
sync.nats<ServiceTypes>({ filter: ({ path }) => path !== 'users' })
sync({ uri: 'ipc:', filter: ({ path }) => path !== 'whatever' })
sync.ipc({ filter: ({ path }) => path !== 'whatever' })
sync<Anything>({ uri: 'ipc:', filter: ({ path }) => path !== 'whatever' })
const options: SyncOptions<ServiceTypes> = { uri: 'ipc:', filter: ({ path }) => path !== 'users' }
sync<ServiceTypes>(options)
// @ts-expect-error there is no such path
sync<ServiceTypes>({ uri: 'ipc:', filter: ({ path }) => path !== 'user' })
// @ts-expect-error there is no such event
sync.amqp<ServiceTypes>({ filter: ({ event }) => event !== 'craeted' })
// @ts-expect-error an unknown option
sync<ServiceTypes>({ uri: 'ipc:', filtre: filter })
// @ts-expect-error an unknown option, also where the services are not given
sync({ uri: 'ipc:', filtre: filter } as const)
// @ts-expect-error a filter decides at once
sync<ServiceTypes>({ uri: 'ipc:', filter: async () => false })
// @ts-expect-error it gets a message
sync({ uri: 'ipc:', filter: ({ name }: { name: string }) => name === '' })

// Which events are shared
declare const users: UserService
app.use('users', users, { sync: false })
app.use('users', users, { sync: { send: false, receive: true, events: ['created'] } })
// @ts-expect-error an unknown name
app.use('users', users, { sync: { evnts: [] } })
// @ts-expect-error events are a list
app.use('users', users, { sync: { events: 'created' } })
const choice: ServiceSync<'created'> = { events: ['created'] }
untyped.use('whatever', users, { sync: choice })
sync({ uri: 'ipc:', services: { whatever: false, '*': { receive: false, events: ['any'] } } })
sync({ uri: 'mqtt://localhost', qos: 1, services: { whatever: { events: ['any'] as const } } })
// @ts-expect-error an unknown name
sync({ uri: 'ipc:', services: { whatever: { evnts: [] } } })
// @ts-expect-error neither true nor false
sync({ uri: 'ipc:', services: { whatever: 1 } })
sync<ServiceTypes>({ uri: 'ipc:', services: { messages: { events: ['typing', 'created'] }, users: true } })
sync.redis<ServiceTypes>({ services: { '*': false, reports: { events: ['finished'] } } })
sync.redis<ServiceTypes>({ services: { '*': { events: ['created', 'typing'] } } })
// @ts-expect-error there is no such path
sync<ServiceTypes>({ uri: 'ipc:', services: { mesages: false } })
// @ts-expect-error users have no such event
sync<ServiceTypes>({ uri: 'ipc:', services: { users: { events: ['typing'] } } })
// @ts-expect-error no service has such an event
sync.redis<ServiceTypes>({ services: { '*': { events: ['craeted'] } } })
