import { randomUUID } from 'node:crypto'
import { type Application, feathers } from '@feathersjs/feathers'
import sync, {
  createContainer,
  Serializer,
  SyncAdapter,
  type SyncMessage,
  type SyncOptions
} from '../../lib/index.js'
import { LoopAdapter } from '../support/loop-adapter.js'

export class OtherAdapter extends LoopAdapter {
  override readonly type = 'other'
}

/** JSON backwards: what another serializer can't read. */
export class ReversedSerializer extends Serializer {
  override serialize(message: SyncMessage): string {
    return [...JSON.stringify(message)].reverse().join('')
  }

  override deserialize(bytes: Buffer): SyncMessage {
    return JSON.parse([...bytes.toString()].reverse().join(''))
  }
}

/** A container of ours with the LoopAdapter in it. */
export const withLoop = (container = createContainer()) => {
  container.bind(SyncAdapter).to(LoopAdapter).whenNamed('loop')
  return container
}

/** Applications that share a key in each test, and are torn down after it. */
export class Applications {
  key = ''
  readonly all: Application[] = []

  constructor() {
    beforeEach(() => {
      this.key = randomUUID()
    })

    afterEach(async () => {
      await Promise.all(this.all.splice(0).map((app) => app.teardown()))
    })
  }

  /** One with its own graph, in sync with the others of the test where the adapter is a LoopAdapter. */
  readonly configure = (options: SyncOptions) => {
    const app = feathers().configure(sync({ key: this.key, ...options }))
    this.all.push(app)
    app.use('messages', { create: async (data: object) => data } as never)
    const texts: string[] = []
    app.service('messages').on('created', ({ text }: { text: string }) => texts.push(text))
    return { app, texts, create: (text: string) => app.service('messages').create({ text }) }
  }
}
