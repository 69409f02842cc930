import { access, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Application, feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import { expect } from 'chai'
import { isRemote } from '../../lib/index.js'
import type { Broker } from '../support/brokers/broker.js'
import { startNats } from '../support/brokers/nats.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { runModule, runScript, type Snippet, snippetsOf, typeErrors } from '../support/snippets.js'

const snippets = await snippetsOf('README.md')
const code = snippets.filter(({ language }) => language === 'js' || language === 'ts')

/** What a snippet takes for granted. */
const APP = `
import { feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
const app = feathers()
app.use('messages', new MemoryService({ multi: true }))
`
const IN_SYNC = `${APP}
import inSync from 'feathers-sync'
app.configure(inSync({ uri: 'ipc:' }))
`
const CALLS = `
const calls: unknown[][] = []
const recorder = (name: string) => (...args: unknown[]) => calls.push([name, ...args])
const logger = { info: recorder('info'), warn: recorder('warn') }
const cache = { delete: recorder('cache') }
const [sendMail, audit] = [recorder('mail'), recorder('audit')]
export { calls }
`

describe('README.md', function () {
  this.timeout(60_000)

  const redis = startedOnce(startRedis)
  const nats = startedOnce(startNats)
  const rabbit = startedOnce(sharedRabbit)
  const apps: Application[] = []
  const untested = new Set(code)

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.teardown()))
  })

  it('is right for TypeScript where it says so', async () => {
    const typed = code.filter(({ language }) => language === 'ts')
    expect(await typeErrors(typed.map(({ code }) => IN_SYNC + CALLS + code))).to.deep.equal([])
  })

  it('names commands that there are', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'))
    const commands = snippets.filter(({ language }) => language === 'sh').map(({ code }) => code.trim())
    expect(commands).to.deep.equal([
      'npm install && npm run demo',
      'npm install && npm test',
      'npm install feathers-sync@alpha'
    ])
    expect(scripts).to.include.keys('demo', 'test')
  })

  it('links to headings and files that there are', async () => {
    const text = await readFile('README.md', 'utf8')
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-')
    )
    for (const [, target = ''] of text.matchAll(/\]\((?!http)([^)]+)\)/g)) {
      if (target.startsWith('#')) expect(headings).to.include(target.slice(1))
      else await access(target)
    }
  })

  describe('Usage', () => {
    it('syncs', async () => await expectSync(await twice(snippet('Usage'))))

    it('syncs when required', async () => {
      const { code } = snippet('Usage', 1)
      const all = [1, 2].map(() => keep(feathers().use('messages', new MemoryService())))
      for (const app of all) runScript(await withBrokers(code), app)
      await expectSync(all)
    })

    it('tells of app.sync', async () => {
      const { calls } = await run(snippet('app.sync'), IN_SYNC)
      expect(calls).to.deep.equal([['info', 'in sync over ipc: ready']])
    })

    it('tells of errors and the status', async () => {
      const { app, calls } = await run(snippet('app.sync', 1), IN_SYNC)
      await app.sync.ready
      app.emit('sync-in', { event: 'created', path: 'nowhere' })
      await app.teardown()
      expect(calls.map(([level, text]) => `${level} ${text}`)).to.deep.equal([
        'info connecting',
        'info ready',
        "warn unknown: feathers-sync: an event came in that is not known here: 'nowhere' 'created'",
        'info closed'
      ])
    })

    it('can be disabled for a call', async () => {
      const example = snippet('Disabling synchronisation')
      const [one, two] = await twice(example, IN_SYNC)
      const texts = record(two)
      await one.service('messages').create(Array.from({ length: 1001 }, () => ({ text: 'too many' })))
      await one.service('messages').create([{ text: 'few' }])
      await eventually(() => texts.length > 0)
      expect(texts).to.deep.equal(['few'])
    })

    it('filters', async () => {
      const all = await twice(snippet('Options'), `${APP}app.use('cursors', new MemoryService())\n`)
      const moves: unknown[] = []
      all[1].service('cursors').on('patched', (data) => moves.push(data))
      await all[0].service('cursors').create({ id: 1 })
      await all[0].service('cursors').patch(1, { x: 1 })
      await expectSync(all)
      expect(moves).to.deep.equal([])
    })
  })

  describe('Adapters', () => {
    for (const name of ['AMQP', 'NATS', 'ipc']) {
      it(`syncs over ${name}`, async () => {
        const all = await twice(snippet(name), APP)
        await expectSync(all)
        expect(all[0].sync.type).to.equal(name.toLowerCase())
      })
    }

    it('syncs over Redis, by a client that it leaves open', async () => {
      const close = `
        app.on('end', () => {
          if (!redisClient.isReady) throw new Error('it was closed')
          redisClient.destroy()
        })
      `
      const all = await twice(snippet('Redis'), APP, close)
      await expectSync(all)
      for (const app of all) {
        await app.teardown()
        app.emit('end')
      }
    })
  })

  it('runs listeners only where the event was made', async () => {
    const example = snippet('Caveat: listeners run on every instance')
    const [one, two] = [await run(example, IN_SYNC), await run(example, IN_SYNC)]
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    await one.app.service('messages').create({ id: 1 })
    await one.app.service('messages').remove(1)
    await eventually(() => two.calls.length > 0)
    expect(one.calls.map(([name]) => name)).to.deep.equal(['mail', 'cache', 'audit'])
    expect(two.calls.map(([name]) => name)).to.deep.equal(['cache'])
  })

  for (const [index, how] of ['BSON, by functions', 'BSON, by a class', 'MessagePack'].entries()) {
    it(`keeps dates and buffers with ${how}`, async () => {
      const [one, two] = await twice(snippet('Serialisers', index), APP)
      const received: { at: Date; bytes: Buffer }[] = []
      two.service('messages').on('created', (data) => received.push(data))
      one.service('messages').emit('created', { at: new Date(0), bytes: Buffer.of(0, 255) })
      await eventually(() => received.length > 0)
      expect(received[0]?.at).to.deep.equal(new Date(0))
      expect(received[0]?.bytes).to.deep.equal(Buffer.of(0, 255))
    })
  }

  describe('Custom adapters', () => {
    it('syncs by a class', async () => await expectSync(await twice(snippet('A class'), APP)))

    it('syncs by a function', async () => {
      const messaging = `
        import { createClient } from 'redis'
        const [publisher, subscriber] = [1, 2].map(() => createClient({ url: 'redis://localhost:6379' }))
        let subscribed = () => {}
        const messaging = {
          connect: () => Promise.all([publisher.connect(), subscriber.connect()]).then(() => subscribed()),
          publish: (data: string) => publisher.publish('custom', data),
          subscribe: (callback: (data: string) => void) => {
            subscribed = () => subscriber.subscribe('custom', callback)
          }
        }
        app.on('end', () => [publisher, subscriber].forEach((client) => client.destroy()))
      `
      const all = await twice(snippet('A function'), APP + messaging)
      expect(all[0].sync.type).to.equal('custom')
      await expectSync(all)
      const remote: unknown[] = []
      all[0].service('messages').on('created', (_data, context) => remote.push(isRemote(context)))
      await all[0].service('messages').create({ text: 'from where?' })
      await eventually(() => remote.length > 0)
      expect(remote).to.deep.equal([undefined])
      for (const app of all) app.emit('end')
    })
  })

  describe('in the end', () => {
    it('has no code that was not run', () => {
      expect([...untested].map(({ heading, code }) => `${heading}: ${code}`)).to.deep.equal([])
    })
  })

  /** The `index`th code block below a heading. */
  function snippet(heading: string, index = 0): Snippet {
    const found = code.filter((snippet) => snippet.heading === heading)[index]
    if (!found) throw new Error(`There is no code block ${index} under '${heading}'`)
    untested.delete(found)
    return found
  }

  /** Runs a snippet, between what it takes for granted and what a test adds. */
  async function run({ code }: Snippet, prelude = '', epilogue = '') {
    const calls = code.includes('const app =') ? '' : CALLS
    const text = await withBrokers(`${prelude}${calls}${code}${epilogue}export { app }\n`)
    const result = await runModule<{ app: Application; calls: unknown[][] }>(text)
    keep(result.app)
    return result
  }

  /** Two instances that run the same snippet, in sync. */
  async function twice(...example: Parameters<typeof run>): Promise<[Application, Application]> {
    const [one, two] = [await run(...example), await run(...example)]
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    return [one.app, two.app]
  }

  /** The addresses in the README become those of brokers of our own. */
  async function withBrokers(text: string): Promise<string> {
    const brokers = {
      'redis://localhost:6379': redis,
      'amqp://localhost:5672': rabbit,
      'nats://localhost:4222': nats
    }
    let result = text.replaceAll("'ipc:'", `'ipc://${join(tmpdir(), `readme-${process.pid}.sock`)}'`)
    for (const [address, start] of Object.entries(brokers)) {
      if (result.includes(address)) result = result.replaceAll(address, (await start()).uri)
    }
    return result
  }

  function keep(app: Application): Application {
    apps.push(app)
    return app
  }
})

/** Each client gets one event of each instance, once. */
async function expectSync(apps: Application[]): Promise<void> {
  await Promise.all(apps.map((app) => app.sync.ready))
  const received = apps.map(record)
  const expected = apps.map((_, index) => `from ${index}`)
  for (const [index, app] of apps.entries()) await app.service('messages').create({ text: expected[index] })
  await eventually(() => received.every((texts) => expected.every((text) => texts.includes(text))), {
    message: 'an event of each instance at each instance'
  })
  for (const texts of received) expect(texts.sort()).to.deep.equal(expected)
}

function record(app: Application): string[] {
  const texts: string[] = []
  app.service('messages').on('created', ({ text }) => texts.push(text))
  return texts
}

function startedOnce(start: () => Promise<Broker>): () => Promise<Broker> {
  let started: Promise<Broker> | undefined
  return () => {
    started ??= start()
    return started
  }
}
