// The public API, as an application in TypeScript uses it. Compiles as an ES module and as CommonJS.
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import * as all from 'feathers-sync'
import sync, {
  type AdapterHandlers,
  AmqpAdapter,
  type Configure,
  Container,
  core,
  createContainer,
  type DropReason,
  decorate,
  EventBridge,
  type FunctionalSync,
  IpcAdapter,
  inject,
  injectable,
  injectFromBase,
  isRemote,
  JsonSerializer,
  local,
  NatsAdapter,
  type NatsConnectionLike,
  type PeerStats,
  type PlainMode,
  RedisAdapter,
  type SecretOption,
  Serializer,
  SYNC,
  type Sync,
  SyncAdapter,
  type SyncError,
  type SyncErrorKind,
  type SyncGap,
  type SyncMessage,
  type SyncOptions,
  type SyncStats,
  type SyncStatus
} from 'feathers-sync'

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false
const same = <One, Other>(_same: Same<One, Other>): void => {}

const app: Application<{ messages: object }> = feathers()

// sync(options)
same<ReturnType<typeof sync>, Configure>(true)
app.configure(sync({ uri: 'redis://localhost:6379' }))
app.configure(sync({ uri: 'amqp://localhost', key: 'mine', mode: 'send', connectTimeout: 1000 }))
app.configure(sync({ uri: ['amqp://one', 'amqp://two'], heartbeat: 1000 }))
app.configure(sync.nats({ uri: ['nats://one', 'nats://two'] as readonly string[] }))
app.configure(sync({ uri: ['mqtt://one', 'mqtt://two'], qos: 1 }))
// @ts-expect-error an unknown name, where the list says which adapter it is
sync({ uri: ['nats://one', 'nats://two'], heartbeet: 1 })
// @ts-expect-error Redis takes one server
sync.redis({ uri: ['redis://one', 'redis://two'] })
app.configure(sync({ uri: 'mqtt://localhost', qos: 1 })) // what a custom adapter takes passes through
app.configure(sync({ uri: 'redis://localhost', redisOptions: { return_buffers: true } }))
app.configure(sync.redis({ uri: 'redis://localhost' }))
app.configure(sync.redis({ redisClient: { connect: async () => {} } }))
app.configure(sync.amqp({ amqpConnectionOptions: { heartbeatIntervalInSeconds: 5 } }))
app.configure(sync.rabbitmq())
app.configure(sync.nats({ natsConnectionOptions: { servers: ['localhost'] } }))
// @ts-expect-error a connection has to be awaited
sync.nats({ natsConnection: Promise.resolve({} as NatsConnectionLike) })
sync.nats({ natsConnection: {} as NatsConnectionLike })
app.configure(sync.ipc())
app.configure(all.redis({}))
// @ts-expect-error a key is text
sync({ uri: 'redis://localhost', key: 1 })
// @ts-expect-error there is no such mode
sync({ uri: 'redis://localhost', mode: 'never' })
// @ts-expect-error a client can be connected
sync.redis({ redisClient: {} })
// @ts-expect-error the options have to be given
sync()
sync({ uri: 'ipc:', omit: ['password', /token$/i] })
sync({ uri: 'ipc:', filter: ({ event, path }) => event !== 'created' || path !== 'logs' })
sync({ uri: 'ipc:', serialize: JSON.stringify, deserialize: (bytes) => JSON.parse(bytes.toString()) })
sync({ uri: 'ipc:', deserialize: JSON.parse })
sync({ uri: 'ipc:', deserialize: (bytes: Buffer) => bytes.length })
sync({ uri: 'ipc:', deserialize: (bytes: Uint8Array) => bytes.length })
// @ts-expect-error a filter decides at once
sync({ uri: 'ipc:', filter: async () => false })
// @ts-expect-error a context is made at once
sync({ uri: 'ipc:', context: async ({ params }: HookContext) => ({ params }) })
// @ts-expect-error also where it may be none
sync.redis({ context: async () => undefined })
// @ts-expect-error an event is serialized at once
sync({ uri: 'ipc:', serialize: async (message) => JSON.stringify(message) })
// @ts-expect-error and to text or bytes
sync({ uri: 'ipc:', serialize: () => new ArrayBuffer(1) })
sync({ uri: 'ipc:', context: () => undefined })
sync({ uri: 'ipc:', context: ({ params, result }) => ({ params, result }) })
sync({ uri: 'ipc:', context: (context): object => context.toJSON() })
// @ts-expect-error an unknown name, where the URI says which adapter it is
sync({ uri: 'redis://localhost', heartbeet: 1 })
// @ts-expect-error the same by the adapter's name
all.redis({ heartbeet: 1 })
// @ts-expect-error an option of another adapter
all.amqp({ redisClient: { connect: async () => {} } })
// an adapter of one's own takes what it likes
sync({ uri: 'mqtt://localhost', qos: 1 })
sync({ uri: process.env.SYNC_URI ?? '', qos: 1 })

// SYNC
export const hook = async (context: HookContext): Promise<void> => {
  context[SYNC] = false
  // @ts-expect-error it is true or false
  context[SYNC] = 'no'
}

// app.sync
same<typeof app.sync, Sync>(true)
same<typeof app.sync.type, string>(true)
same<typeof app.sync.ready, Promise<void>>(true)
same<typeof app.sync.status, SyncStatus>(true)
same<ReturnType<typeof app.sync.stats>, SyncStats>(true)
same<ReturnType<typeof app.sync.close>, Promise<number>>(true)
same<SyncStats['peers'], PeerStats[]>(true)
same<typeof app.sync.adapter, SyncAdapter>(true)

// A functional adapter
const functional: FunctionalSync = { type: 'custom', ready: Promise.resolve() }
app.configure(core)
same<typeof core.SYNC, typeof SYNC>(true)
app.sync = functional
app.sync = { type: 'custom', ready: new Promise((resolve) => resolve(1)), serialize: JSON.stringify }
app.sync = { type: 'custom', ready: Promise.resolve(), deserialize: JSON.parse }
// @ts-expect-error `ready` is missing
app.sync = { type: 'custom' }
app.emit('sync-in', '{}')

// Options of delivery and of the wire
sync({ uri: 'ipc:', history: { events: 1000 }, heartbeat: 0, wire: 3, context: ({ params }) => ({ params }) })
// @ts-expect-error there is no such wire
sync({ uri: 'ipc:', wire: 2 })

// Events of the application
app.on('sync-gap', (gap) => {
  same<typeof gap, SyncGap>(true)
  same<typeof gap.missed, number>(true)
})
app.on('sync-error', (error) => {
  same<typeof error, SyncError>(true)
  same<typeof error.kind, SyncErrorKind>(true)
  same<typeof error.cause, unknown>(true)
  // @ts-expect-error there is no such kind
  return error.kind === 'nonsense'
})
app.once('sync-status', (status) => same<typeof status, SyncStatus>(true))
app.on('sync-in', (message) => same<typeof message, SyncMessage<{ messages: object }>>(true))
app.on('sync-out', (message) => same<typeof message.data, unknown>(true))
app.on('an event of their own', (...args: unknown[]) => args)

// isRemote, local
same<ReturnType<typeof isRemote>, boolean | undefined>(true)
app.on(
  'created',
  local((record: { id: number }, context: HookContext) => [record.id, isRemote(context)])
)

// An adapter class, with options of its own and a dependency
interface Broker {
  send(bytes: Uint8Array): void
}

@injectable()
class MqttAdapter extends SyncAdapter {
  override readonly type = 'mqtt'

  constructor(@inject('broker') private readonly broker: Broker) {
    super()
  }

  override get maxPayload(): number {
    return 1000
  }

  protected override async doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
    const { key, qos } = this.options
    same<typeof key, string>(true)
    same<typeof qos, unknown>(true)
    receive(Buffer.from(key))
    this.away(this.error('connect', 'is away'))
    this.back()
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    this.broker.send(bytes)
  }

  protected override async doClose(): Promise<void> {
    this.debug('closed')
  }
}
// @ts-expect-error it is abstract
new SyncAdapter()

export async function useAdapter(adapter: SyncAdapter, handlers: AdapterHandlers): Promise<SyncStatus> {
  await adapter.connect(handlers)
  await adapter.publish(Buffer.from('text'))
  await adapter.close()
  return adapter.status
}

// A serializer, and a bridge with the dependencies of its base
@injectable()
class UpperCaseSerializer extends Serializer {
  override serialize(message: SyncMessage): string {
    return JSON.stringify(message).toUpperCase()
  }

  override deserialize(bytes: Buffer): SyncMessage {
    return JSON.parse(bytes.toString())
  }
}

@injectable()
@injectFromBase()
class QuietBridge extends EventBridge {}

class Plain {}
decorate(injectable(), Plain)

// Containers
const container = createContainer()
same<typeof container, Container>(true)
container.bind<Broker>('broker').toConstantValue({ send: () => {} })
container.bind(SyncAdapter).to(MqttAdapter).whenNamed('mqtt')
container.rebind(Serializer).to(UpperCaseSerializer)
container.rebind(EventBridge).to(QuietBridge)
// @ts-expect-error a serializer is no adapter
container.bind(SyncAdapter).to(JsonSerializer)
app.configure(sync({ uri: 'mqtt://localhost', container }))
app.configure(sync({ uri: 'mqtt://localhost', container: new Container() }))

const options: SyncOptions = { uri: 'ipc:', container }
app.configure(sync(options))

const plain: PlainMode = 'accept'
const secret: SecretOption = { keys: ['new', 'old'] as const, plain }
app.configure(sync({ uri: 'ipc:', secret }))
// @ts-expect-error there is no such mode
app.configure(sync({ uri: 'ipc:', secret: { keys: 'one', plain: 'never' } }))
// Its absence is refused when the application starts.
app.configure(sync({ uri: 'ipc:', secret: process.env.SYNC_SECRET }))
sync.redis({ secret: process.env.SYNC_SECRET })
// @ts-expect-error in a list or an object it has to be a string
app.configure(sync({ uri: 'ipc:', secret: [process.env.SYNC_SECRET] }))
// @ts-expect-error
app.configure(sync({ uri: 'ipc:', secret: { keys: process.env.SYNC_SECRET } }))
// @ts-expect-error it is no number
app.configure(sync({ uri: 'ipc:', secret: 7 }))
same<SyncStats['dropped'], Record<DropReason, number>>(true)

for (const Adapter of [AmqpAdapter, IpcAdapter, NatsAdapter, RedisAdapter]) {
  same<InstanceType<typeof Adapter>['status'], SyncStatus>(true)
}
