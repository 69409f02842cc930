import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Application, HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { Socket } from 'socket.io-client'
import { Table, TableService } from '../applications/generated/memory.js'
import { type Instance, startInstances } from '../applications/servers.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'
import { runModule, type Snippet, saveModule } from '../support/snippets.js'
import { Page } from './page.js'

const page = await Page.read('docs/missed-events.md')
const SERVER = 'Server: how does it tell its clients?'
const CLIENT = 'Client: how does it load again?'

interface Message {
  id: number
  text: string
  version: number
}

interface LiveList {
  records: Map<number, Message>
  load(): Promise<void>
}

interface Client {
  socket: Socket
  messages: LiveList
}

/** The snippet as a function of what it takes for granted, which returns `results`. */
function asFunction({ code }: Snippet, parameter: string, results = ''): string {
  const lines = code.split('\n')
  const isImport = (line: string) => line.startsWith('import ')
  const body = lines.filter((line) => !isImport(line)).join('\n')
  return `${lines.filter(isImport).join('\n')}\nexport default (${parameter}) => {\n${body}\nreturn { ${results} }\n}`
}

const configureServer = (
  await runModule<{ default(app: Application): void }>(asFunction(page.snippet(SERVER), 'app'))
).default
const listFile = await saveModule(page.snippet(CLIENT).code)
const { LiveList } = await import(listFile)
/** A database that all instances share: it counts the changes of each record. */
function database() {
  const table = new Table()
  const version = (context: HookContext) => {
    const known = (table.records as Record<string, Message>)[context.id as number]
    context.data = { ...context.data, version: (known?.version ?? 0) + 1 }
  }
  return (app: Application) => {
    app.use('messages', new TableService({ table, startId: 1 }))
    app.service('messages').hooks({ before: { create: [version], patch: [version] } })
    configureServer(app)
    app.service('sync-notices').publish('reload', () => app.channel('everybody'))
  }
}

page.describe(() => {
  let broker: RedisBroker
  let instances: Instance[]
  let proxies: TcpProxy[]
  let clients: Client[]
  let finds: number[]
  let connectClient: (url: string) => Client

  before(async () => {
    const code = asFunction(page.snippet(CLIENT, 1), 'url', 'socket, messages')
      .replace("'./live-list.js'", `'${listFile}'`)
      .replace(
        "io('http://localhost:3030')",
        "io(url, { transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 20, forceNew: true })"
      )
      .replace('* 2000', '* 20')
    connectClient = (await runModule<{ default(url: string): Client }>(code)).default
    broker = await startRedis()
  })
  after(() => broker.stop())

  beforeEach(async () => {
    const options = { uri: broker.uri, key: randomUUID(), history: { events: 3, bytes: 1_000_000 } }
    instances = await startInstances(2, 'koa', database(), options)
    finds = instances.map(() => 0)
    for (const [index, { app }] of instances.entries()) {
      app.on('sync-gap', () => {})
      const count = () => {
        finds[index] = (finds[index] ?? 0) + 1
      }
      app.service('messages').hooks({ before: { find: [count] } })
    }
    proxies = await Promise.all(instances.map(({ url }) => startProxy(Number(new URL(url).port))))
    clients = proxies.map(({ port }) => connectClient(`http://127.0.0.1:${port}`))
    await eventually(() => finds.every((count) => count === 1), { message: 'the first load of each client' })
  })

  afterEach(async () => {
    for (const { socket } of clients) socket.disconnect()
    await Promise.all(proxies.map((proxy) => proxy.close()))
    await Promise.all(instances.map((instance) => instance.close()))
  })

  const messages = () => (instances[0] as Instance).app.service('messages')
  const shown = () =>
    clients.map(({ messages }) => [...messages.records.values()].map(({ text }) => text).sort())
  const expectShown = (texts: string[]) =>
    eventually(() => expect(shown()).to.deep.equal([texts, texts]), {
      message: 'the records at both clients'
    })

  it('loads again at the clients of the instance that has a gap, and at no others', async () => {
    for (const text of ['a', 'b']) await messages().create({ text })
    await expectShown(['a', 'b'])
    const gap = new Promise<{ missed: number }>((resolve) => instances[1]?.app.once('sync-gap', resolve))
    await broker.kill()
    const { sync } = (instances[0] as Instance).app
    await eventually(() => sync.status === 'reconnecting', { message: 'the loss' })
    for (const text of ['c', 'd', 'e', 'f']) {
      await messages().create({ text })
      // What is made in one turn of the event loop stays in the history together.
      await setImmediate()
    }
    await messages().patch(1, { text: 'A' })
    await messages().remove(2)
    await broker.start()
    expect(await gap).to.include({ missed: 3 })
    await expectShown(['A', 'c', 'd', 'e', 'f'])
    expect(finds).to.deep.equal([1, 2])
  })

  it('takes no calls of clients', async () => {
    const [client] = clients as [Client, Client]
    const error = await new Promise((resolve) => client.socket.emit('find', 'sync-notices', {}, resolve))
    expect(error).to.include({ name: 'MethodNotAllowed' })
  })

  it('loads again at a client whose network was away', async () => {
    const [, proxy] = proxies as [TcpProxy, TcpProxy]
    await messages().create({ text: 'a' })
    await expectShown(['a'])
    proxy.refuse()
    proxy.cut()
    await eventually(() => clients[1]?.socket.connected === false, { message: 'the loss' })
    await messages().create({ text: 'b' })
    await messages().remove(1)
    await proxy.accept()
    await expectShown(['b'])
    expect(finds).to.deep.equal([1, 2])
  })

  it('loads again at a client whose instance has ended, from another one', async () => {
    const [, proxy] = proxies as [TcpProxy, TcpProxy]
    const [one, two] = instances as [Instance, Instance]
    await messages().create({ text: 'a' })
    await expectShown(['a'])
    proxy.refuse()
    proxy.cut()
    await two.close()
    await messages().patch(1, { text: 'A' })
    proxy.targetPort = Number(new URL(one.url).port)
    await proxy.accept()
    await expectShown(['A'])
    expect(finds).to.deep.equal([2, 1])
  })

  describe('the list, when events arrive while it loads', () => {
    const listeners: Record<string, (record: Message) => void> = {}
    let answer: (records: Message[] | { data: Message[] }) => void
    let list: LiveList

    beforeEach(() => {
      const find = () =>
        new Promise((resolve) => {
          answer = resolve
        })
      list = new LiveList({
        find,
        on: (event: string, listener: () => void) => (listeners[event] = listener)
      })
    })

    const message = (id: number, version = 1): Message => ({ id, version, text: `${id}.${version}` })
    const texts = () => [...list.records.values()].map(({ text }) => text).sort()

    it('keeps what is newer, and what is new', async () => {
      const loaded = list.load()
      listeners.patched?.(message(1, 3))
      listeners.created?.(message(2))
      answer([message(1, 2), message(3)])
      await loaded
      expect(texts()).to.deep.equal(['1.3', '2.1', '3.1'])
    })

    it('does not bring back what was removed, whatever comes later', async () => {
      const loaded = list.load()
      listeners.removed?.(message(1))
      answer({ data: [message(1), message(2)] })
      await loaded
      listeners.patched?.(message(1, 2))
      expect(texts()).to.deep.equal(['2.1'])
    })

    it('drops what is no longer there', async () => {
      listeners.created?.(message(1))
      const loaded = list.load()
      answer([])
      await loaded
      expect(texts()).to.deep.equal([])
    })

    it('takes the last of several loads, and waits for none whose answer never comes', async () => {
      const first = list.load()
      const late = answer
      const second = list.load()
      answer([message(1, 2)])
      await second
      late([message(2)])
      await first
      expect(texts()).to.deep.equal(['1.2'])
    })
  })

  it('loads when the window is shown again', () => {
    let show = () => {}
    let loads = 0
    const document = {
      visibilityState: 'hidden',
      addEventListener: (_name: string, listener: () => void) => {
        show = listener
      }
    }
    const { code } = page.snippet('What stays unnoticed?')
    new Function('document', 'load', code)(document, () => loads++)
    show()
    document.visibilityState = 'visible'
    show()
    expect(loads).to.equal(1)
  })
})
