// A process without Feathers that makes events, with and without a map of the services.
import {
  createEmitter,
  type Emitter,
  type EmitterOptions,
  type EventTypes,
  type SecretOption,
  SyncError,
  type SyncStats
} from 'feathers-sync/emitter'

interface ServiceTypes {
  messages: { create(data: object): Promise<{ id: number; text: string }> }
  reports: EventTypes<{ finished: { url: string } }>
}

const options: EmitterOptions = { uri: 'redis://localhost:6379', key: 'app', omit: ['password'] }

const typed = createEmitter<ServiceTypes>(options)
typed.service('messages').emit('created', { id: 1, text: 'hi' })
typed.service('reports').emit('finished', { url: '/1' })
typed.service('reports').emit('created')

type Messages = ReturnType<typeof typed.service<'messages'>>
type Refused<Call extends (...args: never[]) => unknown, Args extends unknown[]> =
  Args extends Parameters<Call> ? never : true
const refused = <_Refused extends true>(): void => {}
refused<Refused<typeof typed.service, ['mesages']>>()
refused<Refused<Messages['emit'], ['finished', { url: string }]>>()
refused<Refused<Messages['emit'], ['creatd', { id: number; text: string }]>>()
refused<Refused<Messages['emit'], ['created', { id: string }]>>()
refused<Refused<Messages['emit'], ['created']>>()
refused<Refused<typeof createEmitter, [{ uri: string; mode: 'receive' }]>>()
refused<Refused<typeof createEmitter, [{ uri: string; secret: number }]>>()
refused<Refused<typeof createEmitter, [{ uri: string; secret: { keys: string; plain: 'no' } }]>>()

const secret: SecretOption = { keys: ['one', 'two'], plain: 'accept' }
createEmitter({ uri: 'ipc:', secret, key: 'app' })
createEmitter({ uri: 'ipc:', secret: process.env.SYNC_SECRET })

const any: Emitter = createEmitter({ uri: 'ipc:' })
any.service('anything').emit('happened')
any.service('anything').emit('happened', { of: ['any', 'type'] })
any.on('sync-error', (error) => console.error(error instanceof SyncError, error.kind))

const run = async (): Promise<SyncStats> => {
  await any.ready
  const unsent: number = await any.flush(1000)
  const lost: number = await any.close()
  console.log(unsent + lost, any.status)
  return any.stats()
}
void run
