import { type Application, feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { ServiceSync, ServicesSync } from '../../lib/index.js'
import { type Linked, linkApps } from '../applications/linked.js'
import { create, names, plain, record, service } from './services.js'

/** Two applications with such a `sync` option of their service `messages`, and such `services`; the first one has the second's. */
function link(sync?: ServiceSync, services?: ServicesSync, others?: ServicesSync): [Linked, Linked] {
  const use = (app: Application) => app.use('messages', plain(), { events: ['typing'], sync })
  const [one] = linkApps(1, use, undefined, { services }) as [Linked]
  const [two] = linkApps(1, use, undefined, { services: others }) as [Linked]
  return [one, two]
}

/** What `one` sends, and then what is delivered of all that `two` gets. */
function shared(one: Linked): { sent: string[]; delivered: string[] } {
  const [open] = linkApps(1, (app) => app.use('messages', plain(), { events: ['typing'] })) as [Linked]
  const delivered: string[] = []
  for (const event of ['created', 'removed', 'typing']) {
    service(one.app).emit(event, 1)
    service(open.app).emit(event, 2)
  }
  for (const event of ['created', 'removed', 'typing'])
    service(one.app).on(event, () => delivered.push(event))
  for (const payload of open.payloads) one.bridge.receive(payload, 1)
  return { sent: one.sent.map(({ event }) => event), delivered }
}

const ALL = ['created', 'removed', 'typing']

describe('Choices', () => {
  const CASES: [
    title: string,
    sync: ServiceSync | undefined,
    services: ServicesSync | undefined,
    sent: string[],
    delivered?: string[]
  ][] = [
    ['nothing was chosen', undefined, undefined, ALL],
    ['`sync` is true', true, undefined, ALL],
    ['`sync` is empty', {}, undefined, ALL],
    ['`sync` is false', false, undefined, []],
    ['`send` is false', { send: false }, undefined, [], ALL],
    ['`receive` is false', { receive: false }, undefined, ALL, []],
    ['`events` has two', { events: ['created', 'typing'] }, undefined, ['created', 'typing']],
    ['`events` and `send` are given', { events: ['created'], send: false }, undefined, [], ['created']],
    ['`events` is empty', { events: [] }, undefined, []],
    ['`services` excludes the path', undefined, { messages: false }, []],
    ['`services` has the path with slashes', undefined, { '/messages/': false }, []],
    ['`services` excludes another path', undefined, { users: false }, ALL],
    ['`services` has events of the path', undefined, { messages: { events: ['typing'] } }, ['typing']],
    ['`services` excludes the rest', undefined, { '*': false }, []],
    ['`services` excludes the rest and not the path', undefined, { '*': false, messages: true }, ALL],
    ['`services` excludes the rest, and `sync` is true', true, { '*': false }, ALL],
    ['`services` has events of the rest', undefined, { '*': { events: ['created', 'other'] } }, ['created']],
    ['`services` excludes the path, and `sync` is true', true, { messages: false }, []],
    [
      '`services` includes the path, and `sync` is false',
      false,
      { messages: { events: ['created'] } },
      ['created']
    ],
    ['a choice is undefined', undefined, { messages: undefined, '*': undefined } as never, ALL]
  ]
  for (const [title, sync, services, sent, delivered = sent] of CASES) {
    it(`shares ${sent.join(', ') || 'nothing'} where ${title}`, () => {
      const [one] = link(sync, services)
      expect(shared(one)).to.deep.equal({ sent, delivered })
      expect(one.errors).to.deep.equal([])
      expect(one.ignored).to.equal(ALL.length - delivered.length)
    })
  }

  it('delivers what is excluded to the listeners here, with what emit() returns', async () => {
    const [one] = link(false)
    const seen = record(service(one.app))
    expect(service(one.app).emit('created', 1)).to.equal(true)
    expect(service(one.app).emit('removed', 1)).to.equal(false)
    await service(one.app).create({ id: 2 })
    expect(seen).to.deep.equal([1, { id: 2 }])
    expect(one.sent).to.deep.equal([])
  })

  it('holds for services of a sub-application, by their path here', () => {
    const [one, two] = linkApps(
      2,
      (app) => {
        const sub = feathers()
        sub.use('messages', plain(), { sync: { events: ['created'] } })
        sub.use('users', plain())
        app.use('sub', sub as never)
      },
      undefined,
      { services: { 'sub/users': false } }
    ) as [Linked, Linked]
    for (const path of ['sub/messages', 'sub/users']) {
      for (const event of ['created', 'removed']) service(one.app, path).emit(event, 1)
    }
    expect(names(one.sent)).to.deep.equal(['sub/messages created'])
    expect(two.errors).to.deep.equal([])
  })

  it('holds for the service that is at a path now', async () => {
    const [one] = link(false)
    await one.app.unuse('messages')
    one.app.use('messages', plain())
    service(one.app).emit('created', 1)
    expect(names(one.sent)).to.deep.equal(['messages created'])
  })

  it('holds for all events of a bulk call', async () => {
    const bulk = { create: async (data: object[]) => data, patch: async (_id: null, data: object[]) => data }
    const use = (sync?: ServiceSync) => (app: Application) => app.use('messages', plain(bulk), { sync })
    const [one] = linkApps(1, use()) as [Linked]
    const [two] = linkApps(1, use({ events: ['created'] })) as [Linked]
    const seen = [record(service(two.app)), record(service(two.app), 'patched')]
    for (const method of ['create', 'patch'] as const) {
      const args = method === 'create' ? [[{ id: 1 }, { id: 2 }]] : [null, [{ id: 1 }, { id: 2 }]]
      await (service(one.app)[method] as (...args: unknown[]) => Promise<unknown>)(...args)
    }
    for (const payload of one.payloads) two.bridge.receive(payload, 2)
    expect(seen).to.deep.equal([[{ id: 1 }, { id: 2 }], []])
    expect(two.ignored).to.equal(2)
    await service(two.app).create([{ id: 3 }] as never)
    await (service(two.app).patch as (...args: unknown[]) => Promise<unknown>)(null, [{ id: 3 }, { id: 4 }])
    expect(names(two.sent)).to.deep.equal(['messages created'])
  })

  it('does not call `filter` and `context` for what is excluded', () => {
    const called: string[] = []
    const [one] = linkApps(1, (app) => app.use('messages', plain()), undefined, {
      services: { messages: { events: ['created'] } },
      filter: ({ event }) => called.push(`filter ${event}`) > 0,
      context: ({ event }) => {
        called.push(`context ${event}`)
        return undefined
      }
    }) as [Linked]
    for (const event of ['created', 'removed']) service(one.app).emit(event, 1, { event })
    expect(called).to.deep.equal(['context created', 'filter created'])
  })

  it('also excludes what instances with wire 3 send', () => {
    const use = (app: Application) => app.use('messages', { create } as never)
    const [one, two] = linkApps(2, use, undefined, {
      wire: 3,
      services: { messages: { receive: false } }
    }) as [Linked, Linked]
    const seen = record(service(two.app))
    service(one.app).emit('created', 1)
    expect([seen, one.ignored, two.ignored]).to.deep.equal([[], 0, 1])
  })

  it('is silent on events of services that are excluded and not there', () => {
    const messages = { path: 'messages', event: 'created' }
    const got = (services: ServicesSync): [kinds: string[], ignored: number] => {
      const [one] = linkApps(1, (app) => app.use('messages', plain())) as [Linked]
      const [two] = linkApps(1, () => {}, undefined, { services }) as [Linked]
      service(one.app).emit('created', messages)
      for (const payload of one.payloads) two.bridge.receive(payload, 1)
      return [two.errors.map(({ kind }) => kind), two.ignored]
    }
    expect(got({ messages: false })).to.deep.equal([[], 1])
    expect(got({ '*': false })).to.deep.equal([[], 1])
    expect(got({ '*': { receive: false } })).to.deep.equal([[], 1])
    expect(got({ '*': { send: false } })).to.deep.equal([['unknown'], 0])
    expect(got({ messages: true, '*': false })).to.deep.equal([['unknown'], 0])
  })

  it('does not hide what is no event', () => {
    const [one] = linkApps(1, () => {}, undefined, { services: { '*': false } }) as [Linked]
    for (const text of ['null', '{"event":5,"path":"messages"}', '{"event":"created"}']) {
      one.bridge.receive(Buffer.from(`\0${text}`), 1)
    }
    expect(one.errors.map(({ kind }) => kind)).to.deep.equal(['deserialize', 'unknown', 'unknown'])
    expect(one.ignored).to.equal(0)
  })

  it('makes no default service for what is excluded', () => {
    const made: string[] = []
    const [one] = linkApps(1, (app) => app.use('rooms/7', plain())) as [Linked]
    const [two] = linkApps(
      1,
      (app) => {
        app.defaultService = (path) => {
          made.push(path)
          return plain()
        }
      },
      undefined,
      { services: { 'rooms/7': false } }
    ) as [Linked]
    service(one.app, 'rooms/7').emit('created', 1)
    for (const payload of one.payloads) two.bridge.receive(payload, 1)
    expect(made).to.deep.equal([])
  })
})
