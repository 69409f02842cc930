import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { type Application, feathers } from '@feathersjs/feathers'
import sync, {
  type AdapterHandlers,
  createContainer,
  SyncAdapter,
  type SyncError,
  type SyncOptions,
  type SyncStatus
} from 'feathers-sync'
import { eventually } from '../support/eventually.js'
import type { SyncAdapterHarness } from './harness.js'

/** One application, with what its `messages` listeners got and what went wrong. */
export interface Instance {
  app: Application
  messages: EventEmitter & { create(data: object, params?: object): Promise<{ text: string }> }
  /** The texts of the `created` events. */
  texts: string[]
  errors: SyncError[]
}

/** Makes instances and adapters that share a key of their own, and closes them again. */
export class Instances {
  readonly key = `conformance-${randomUUID()}`
  readonly #harness: SyncAdapterHarness
  readonly #cleanUps: (() => Promise<unknown>)[] = []

  constructor(harness: SyncAdapterHarness) {
    this.#harness = harness
  }

  /** An application whose `ready` is pending yet. */
  configure(options: Partial<SyncOptions> = {}): Instance {
    const app = feathers().configure(sync({ ...this.#harness.options(), key: this.key, ...options }))
    this.#cleanUps.push(() => app.teardown())
    const errors: SyncError[] = []
    app.on('sync-error', (error) => errors.push(error))
    app.use('messages', { create: async (data: object) => data } as never, { events: ['liked'] })
    const messages = app.service('messages') as unknown as Instance['messages']
    const texts: string[] = []
    messages.on('created', ({ text }) => texts.push(text))
    return { app, messages, texts, errors }
  }

  /** Applications that are in sync. */
  async start(count: number): Promise<Instance[]> {
    const instances = Array.from({ length: count }, () => this.configure())
    await Promise.all(instances.map(({ app }) => app.sync.ready))
    return instances
  }

  /** An adapter alone, not connected yet. */
  adapter(key = this.key): SyncAdapter {
    const { app } = this.configure({ key })
    void app.sync.close() // only its options are of use: it must not join
    const { options } = app.sync.adapter
    const container = (options.container as SyncOptions['container']) ?? createContainer()
    const adapter = container.isBound(SyncAdapter, { name: options.adapter })
      ? container.get(SyncAdapter, { name: options.adapter })
      : createContainer().get(SyncAdapter, { name: options.adapter })
    adapter.options = options
    this.#cleanUps.push(() => adapter.close())
    return adapter
  }

  /** An adapter that is connected, and what it tells. */
  async connect(key = this.key): Promise<Recorder & { adapter: SyncAdapter }> {
    const adapter = this.adapter(key)
    const handlers = recorder()
    await adapter.connect(handlers)
    return { adapter, ...handlers }
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#cleanUps.splice(0).map((cleanUp) => cleanUp()))
  }
}

/** Handlers that keep what they are told. */
export interface Recorder extends AdapterHandlers {
  received: Buffer[]
  statuses: SyncStatus[]
  errors: SyncError[]
  /** How often they were called. */
  calls(): number
}

export function recorder(): Recorder {
  const received: Buffer[] = []
  const statuses: SyncStatus[] = []
  const errors: SyncError[] = []
  return {
    received,
    statuses,
    errors,
    receive: (bytes) => received.push(Buffer.from(bytes)),
    status: (status) => statuses.push(status),
    error: (error) => errors.push(error),
    calls: () => received.length + statuses.length + errors.length
  }
}

/**
 * Makes each instance create a last record, and waits until all have got all of them: whatever was sent before, and
 * each second copy of it, has arrived by then.
 */
export async function settle(instances: Instance[]): Promise<void> {
  const marks = instances.map(() => `mark ${randomUUID()}`)
  for (const [index, { messages }] of instances.entries()) await messages.create({ text: marks[index] })
  await eventually(() => instances.every(({ texts }) => marks.every((mark) => texts.includes(mark))), {
    message: 'an event of each instance at each instance'
  })
  for (const { texts } of instances) {
    texts.splice(0, texts.length, ...texts.filter((text) => !marks.includes(text)))
  }
}
