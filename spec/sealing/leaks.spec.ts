import { randomBytes, randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import createDebug from 'debug'
import sync, { createContainer, SyncAdapter, type SyncOptions } from '../../lib/index.js'
import { SealingKey } from '../../lib/sealing/sealing-keys.js'
import { eventually } from '../support/eventually.js'
import { LoopAdapter } from '../support/loop-adapter.js'
import { formsOf } from '../support/secret-forms.js'

const [secret, next, other] = [1, 2, 3].map(() => randomBytes(32).toString('base64')) as [
  string,
  string,
  string
]

/** All that an error says, with its causes. */
function told(error: unknown): string {
  return (
    inspect(error, { depth: 20, showHidden: true }) +
    (error instanceof Error ? `${error.stack}${told(error.cause)}` : '')
  )
}

class RecordingAdapter extends LoopAdapter {
  /** Of its instance, as each of its messages has it. */
  origin = Buffer.alloc(16)

  protected override doPublish(bytes: Uint8Array): Promise<void> {
    this.origin = Buffer.from(bytes.subarray(6, 22))
    return super.doPublish(bytes)
  }
}

describe('a secret', () => {
  it('is in nothing that can be printed, nor are the keys derived from it', async () => {
    const key = randomUUID()
    const texts: string[] = []
    const log = createDebug.log
    const namespaces = createDebug.disable()
    createDebug.log = (...args: unknown[]) => texts.push(inspect(args, { depth: 20 }))
    createDebug.enable('*')
    const adapters: RecordingAdapter[] = []
    const open = (options: SyncOptions) => {
      const container = createContainer()
      container
        .bind(SyncAdapter)
        .toDynamicValue(() => {
          const adapter = new RecordingAdapter()
          adapters.push(adapter)
          return adapter
        })
        .whenNamed('loop')
      const app = feathers().configure(sync({ adapter: 'loop', key, container, ...options }))
      app.use('events', { find: async () => [] } as never, { events: ['made'] })
      app.on('sync-error', (error) => texts.push(told(error)))
      return { app, container }
    }
    const ours = open({ secret: { keys: [secret, next] } })
    const theirs = [open({ secret: next }), open({ secret: other }), open({})]
    const all = [ours, ...theirs]
    try {
      await Promise.all(all.map(({ app }) => app.sync.ready))
      for (const { app } of all)
        (app.service('events') as never as NodeJS.EventEmitter).emit('made', { number: 1 })
      const { sync: own } = ours.app
      await eventually(async () => {
        const { dropped, events } = own.stats()
        expect(events.received).to.equal(1)
        expect(dropped.foreign).to.be.at.least(2)
        expect(dropped.unsealed).to.be.at.least(2)
      })
      for (const secret of [other, undefined, 'too short', [other, other]]) {
        try {
          ours.app.configure(sync({ uri: 'ipc:', key, secret } as SyncOptions))
          expect.fail('it was configured')
        } catch (error) {
          texts.push(told(error))
        }
      }
      for (const { app, container } of all) {
        for (const part of [app, app.sync, app.settings, container])
          texts.push(inspect(part, { depth: 20, showHidden: true, getters: true }))
        texts.push(JSON.stringify([app.sync.stats(), app.sync.health(), app.settings]))
      }
      for (const adapter of adapters) {
        texts.push(
          inspect(adapter, { depth: 20, showHidden: true }),
          inspect(adapter.options, { depth: 20, showHidden: true })
        )
        texts.push(
          JSON.stringify(adapter.options, (name, value: unknown) =>
            name === 'container' ? undefined : value
          )
        )
      }
    } finally {
      await Promise.all(all.map(({ app }) => app.sync.close()))
      createDebug.log = log
      createDebug.enable(namespaces)
    }
    const text = texts.join('\n')
    expect(text, 'it has looked at something').to.match(/feathers-sync:sealing|dropped a message: foreign/)
    const origins = adapters.map(({ origin }) => origin)
    const derived = [secret, next, other].flatMap((one) =>
      origins.map((origin) => new SealingKey(one, key).of(origin))
    )
    for (const one of [secret, next, other, ...derived]) {
      for (const form of formsOf(one))
        expect(text.includes(form), 'a secret or a key is shown').to.equal(false)
    }
  })
})
