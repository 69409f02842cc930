import { readdir, readFile } from 'node:fs/promises'
import { type Application, feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import { expect } from 'chai'
import sync, { type SyncError, type SyncOptions } from '../../lib/index.js'
import { DROP_TEXTS } from '../../lib/sealing/drop-texts.js'
import { rejection } from '../conformance/rejection.js'
import { snippetsOf } from '../support/snippets.js'

const quotes = (await snippetsOf('docs/troubleshooting.md'))
  .filter(({ language }) => language === 'log')
  .flatMap(({ code }) => code.trim().split('\n'))

/** The texts of the code: without what breaks them into lines, and with `…` for what is inserted. */
async function texts(): Promise<string> {
  const files = (await readdir('lib', { recursive: true })).filter((file) => file.endsWith('.ts'))
  const code = await Promise.all(files.map((file) => readFile(`lib/${file}`, 'utf8')))
  const dropped = Object.values(DROP_TEXTS).map((text) => `dropped a message ${text}`)
  return [...code, ...dropped]
    .join('\n')
    .replaceAll(/['"`]\s*\+\s*['"`]/g, '')
    .replaceAll(/\$\{[^{}]*\}/g, '…')
    .replaceAll(/\\(['"`])/g, '$1')
}

const PREFIX =
  /^(feathers-sync: (the (redis|amqp) adapter (at … )?)?|feathers-sync:events |\(node:…\) FeathersSyncWarning: )/
/** What a driver, an operating system or an application says, and names of this page's examples. */
const FOREIGN =
  /connect ECONNREFUSED|WRONGPASS|'?(messages|authentication)'? '?(created|typing)'?|'?redis'?|`?heartbee?a?t`?|`redisOptions`|1 event(?=,)|app(?=\.on\()/g

/** Whether it is among the messages of the page. */
function expectQuoted(message: string): void {
  const patterns = quotes.map(
    (quote) =>
      new RegExp(
        quote
          .split('…')
          .map((part) => part.replaceAll(/[^\w ]/g, '\\$&'))
          .join('.*'),
        's'
      )
  )
  expect(
    patterns.some((pattern) => pattern.test(message)),
    message
  ).to.equal(true)
}

describe('docs/troubleshooting.md', () => {
  const apps: Application[] = []
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.teardown())))

  function start(key: string, options: Partial<SyncOptions> = {}, events: string[] = []) {
    const unique = `troubleshooting-${process.pid}-${key}`
    const app = feathers().configure(sync({ uri: 'ipc:', key: unique, ...options }))
    app.use('messages', new MemoryService({ multi: true }), { events })
    apps.push(app)
    return app
  }
  const failure = (app: Application) => new Promise<SyncError>((resolve) => app.once('sync-error', resolve))

  it('quotes messages that there are in the code', async () => {
    const code = await texts()
    expect(quotes).to.have.length.above(25)
    for (const quote of quotes) {
      const parts = quote
        .replace(PREFIX, '')
        .replaceAll(/… s(?=[,:])|… has(?= not)/g, '…')
        .replaceAll(FOREIGN, '…')
        .split(/…|: |\. | \(/)
      for (const part of parts) expect(code, quote).to.include(part.replace(/^, /, '').trim())
    }
  })

  it('quotes what is said of an event that the receiver does not declare', async () => {
    const [one, two] = [start('unknown', {}, ['typing']), start('unknown')]
    await Promise.all([one.sync.ready, two.sync.ready])
    const failed = failure(two)
    one.service('messages').emit('typing', {})
    expectQuoted((await failed).message)
  })

  it('quotes what is said of listeners and filters that fail, and of what can not be read', async () => {
    const one = start('failing', {
      filter: (({ event }: { event: string }) => event !== 'patched' || undefined) as never
    })
    const two = start('failing')
    const three = start('failing', {
      serialize: (message) => JSON.stringify(message),
      deserialize: () => {
        throw new Error('not readable')
      }
    })
    await Promise.all(apps.map(({ sync }) => sync.ready))
    two.service('messages').on('created', () => {
      throw new Error('on purpose')
    })
    const failures = [failure(two), failure(three), failure(one)]
    await one.service('messages').create({ id: 1 })
    await one.service('messages').patch(1, {})
    for (const { message } of await Promise.all(failures)) expectQuoted(message)
  })

  it('quotes what is said of data that can not be sent', async () => {
    const app = start('circular')
    const failed = failure(app)
    app.service('messages').emit('created', {
      toJSON() {
        throw new Error('on purpose')
      }
    })
    expectQuoted((await failed).message)
  })

  it('quotes what is said of events after the close, and of a broker that is away', async () => {
    const app = start('closed')
    await app.sync.ready
    await app.sync.close()
    const closed = failure(app)
    await app.service('messages').create({})
    expectQuoted((await closed).message)

    const lone = start('away', { uri: 'redis://127.0.0.1:1', connectTimeout: 200, closeTimeout: 100 })
    expectQuoted((await failure(lone)).message)
    expectQuoted(((await rejection(lone.sync.ready)) as Error).message)
    await lone.service('messages').create({})
    const unsent = failure(lone)
    await lone.sync.close()
    expectQuoted((await unsent).message)
  })

  it('quotes why messages are dropped', () => {
    const named = quotes.filter((quote) => quote.includes('dropped a message'))
    expect(named).to.have.length(Object.keys(DROP_TEXTS).length)
    for (const text of Object.values(DROP_TEXTS)) expectQuoted(`feathers-sync: dropped a message ${text}`)
  })

  it('quotes what options throw', () => {
    for (const uri of ['', 'localhost:6379', 'http://localhost'])
      expect(() => sync({ uri })(feathers()))
        .to.throw()
        .satisfy(isQuoted)
    const app = start('twice')
    expect(() => app.configure(sync({ uri: 'ipc:', key: 'another' })))
      .to.throw()
      .satisfy(isQuoted)
  })
})

function isQuoted({ message }: Error): boolean {
  expectQuoted(message)
  return true
}
