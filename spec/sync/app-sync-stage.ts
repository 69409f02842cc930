import { randomUUID } from 'node:crypto'
import { type Application, feathers } from '@feathersjs/feathers'
import sinon from 'sinon'
import sync, {
  createContainer,
  SyncAdapter,
  type SyncError,
  type SyncOptions,
  type SyncStatus
} from '../../lib/index.js'
import { LoopAdapter } from '../support/loop-adapter.js'

/** An adapter whose broker comes, goes and hangs as the test says. */
export class MoodyAdapter extends LoopAdapter {
  /** What `doConnect` and `doPublish` wait for. */
  connecting: Promise<void> = Promise.resolve()
  publishing: Promise<void> = Promise.resolve()
  closing: Promise<void> = Promise.resolve()

  goAway(): void {
    this.away(new Error('the cable is out'))
  }

  comeBack(): void {
    this.back()
  }

  protected override async doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
    await this.connecting
    await super.doConnect(receive)
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    await this.publishing
    await super.doPublish(bytes)
  }

  protected override async doClose(): Promise<void> {
    await super.doClose()
    await this.closing
  }
}

export const never = new Promise<void>(() => {})

/** Applications that share a key in each test, and are torn down after it; standard error is recorded. */
export class AppSyncStage {
  #key = ''
  readonly #apps: Application[] = []
  #printed: sinon.SinonStub = sinon.stub()

  constructor() {
    beforeEach(() => {
      this.#key = randomUUID()
      this.#printed = sinon.stub(console, 'error')
    })

    afterEach(async () => {
      await Promise.all(this.#apps.splice(0).map((app) => app.teardown()))
      this.#printed.restore()
    })
  }

  readonly configure = (adapter = new MoodyAdapter(), options: SyncOptions = {}) => {
    const container = createContainer()
    container
      .bind(SyncAdapter)
      .toDynamicValue(() => adapter)
      .whenNamed('loop')
    const app = feathers().configure(sync({ uri: 'loop:', key: this.#key, container, ...options }))
    this.#apps.push(app)
    app.use('messages', { create: async (data: object) => data } as never)
    const texts: string[] = []
    app.service('messages').on('created', ({ text }: { text: string }) => texts.push(text))
    const statuses: SyncStatus[] = []
    app.on('sync-status', (status) => statuses.push(status))
    return {
      app,
      adapter,
      texts,
      statuses,
      create: (text: string) => app.service('messages').create({ text })
    }
  }

  /** What standard error has. */
  readonly lines = (): unknown[] => this.#printed.args.map(([line]) => line)
}

export function listen(app: Application): SyncError[] {
  const errors: SyncError[] = []
  app.on('sync-error', (error) => errors.push(error))
  return errors
}
