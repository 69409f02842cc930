import type { Application, HookContext } from '@feathersjs/feathers'
import { memory } from '@feathersjs/memory'
import { resolve, resolveExternal, resolveResult } from '@feathersjs/schema'
import { expect } from 'chai'
import { type Client, type frameworks, type Instance, settle, startInstances } from './servers.js'

interface User {
  id: number
  email: string
  password: string
}

describe('socket.io clients', () => {
  let instances: Instance[] = []
  let one: Instance
  let clients: [Client, Client]

  const start = async (framework: keyof typeof frameworks, configure: (app: Application) => void) => {
    instances = await startInstances(2, framework, configure)
    one = instances[0] as Instance
    clients = (await Promise.all(instances.map((instance) => instance.connect()))) as [Client, Client]
  }
  /** What each client has got when all that `one` made has come. */
  const logs = async (path = 'users') => {
    await settle(one, path, clients)
    return clients.map(({ log }) => log.splice(0)) as [Client['log'], Client['log']]
  }

  afterEach(async () => {
    await Promise.all(instances.splice(0).map((instance) => instance.close()))
  })

  for (const framework of ['feathers', 'koa', 'express'] as const) {
    describe(`of ${framework}`, () => {
      beforeEach(() =>
        start(framework, (app) => {
          app.use('users', memory({ multi: true }), { events: ['marked', 'liked'] })
          app.service('users').publish('liked', (data: { room: string }) => app.channel(data.room))
          app.on('login-to', (room: string) =>
            app.channel(room).join(...app.channel('everybody').connections)
          )
        })
      )

      it('get the events of both instances, each once and in order', async () => {
        const [client] = clients
        await client.call('create', 'users', { text: 'hi' })
        await client.call('patch', 'users', 0, { text: 'ho' })
        await client.call('update', 'users', 0, { text: 'hu' })
        await client.call('remove', 'users', 0)
        const [here, there] = await logs()
        expect(here).to.deep.equal([
          ['users created', { id: 0, text: 'hi' }],
          ['users patched', { id: 0, text: 'ho' }],
          ['users updated', { id: 0, text: 'hu' }],
          ['users removed', { id: 0, text: 'hu' }]
        ])
        expect(there).to.deep.equal(here)
      })

      it('get each item of an array', async () => {
        await clients[0].call('create', 'users', [{ text: 'one' }, { text: 'two' }])
        const [here, there] = await logs()
        expect(here).to.deep.equal([
          ['users created', { id: 0, text: 'one' }],
          ['users created', { id: 1, text: 'two' }]
        ])
        expect(there).to.deep.equal(here)
      })

      it('get custom events without a context, by the channels of their own instance', async () => {
        const [, two] = instances as [Instance, Instance]
        two.app.emit('login-to', 'room')
        one.app.service('users').emit('liked', { room: 'room' })
        const [here, there] = await logs()
        expect(here).to.deep.equal([])
        expect(there).to.deep.equal([['users liked', { room: 'room' }]])
      })

      if (framework !== 'feathers') {
        it('get what a REST call made, without its credentials on the wire', async () => {
          const wire: string[] = []
          one.app.on('sync-out', (message) => wire.push(JSON.stringify(message)))
          const headers = {
            'content-type': 'application/json',
            authorization: 'Bearer secret',
            cookie: 'secret'
          }
          const response = await fetch(`${one.url}/users`, { method: 'POST', headers, body: '{"text":"hi"}' })
          expect(response.status).to.equal(201)
          const [here, there] = await logs()
          expect(here).to.deep.equal([['users created', { id: 0, text: 'hi' }]])
          expect(there).to.deep.equal(here)
          expect(wire.join()).to.include('application/json').and.not.to.include('secret')
        })
      }
    })
  }

  describe('with a resolver that hides the password', () => {
    const external = resolve<User, HookContext>({ password: async () => undefined })
    const result = resolve<User, HookContext>({ email: async (email) => email?.toLowerCase() })

    beforeEach(() =>
      start('koa', (app) => {
        app.use('users', memory({ multi: true }), { events: ['marked'] })
        app.service('users').hooks({ around: { all: [resolveExternal(external), resolveResult(result)] } })
      })
    )

    it('never get the raw result of a single call, on either instance', async () => {
      const [client] = clients
      await client.call('create', 'users', { email: 'A@b.c', password: 'secret' })
      await client.call('patch', 'users', 0, { password: 'secret too' })
      await client.call('remove', 'users', 0)
      const [here, there] = await logs()
      const safe = { id: 0, email: 'a@b.c' }
      expect(here).to.deep.equal([
        ['users created', safe],
        ['users patched', safe],
        ['users removed', safe]
      ])
      expect(there).to.deep.equal(here)
      expect(one.errors).to.deep.equal([])
    })

    it('get of an array what local clients get, never the raw items', async () => {
      await clients[0].call('create', 'users', [
        { email: 'a@b.c', password: 'secret' },
        { email: 'd@e.f', password: 'secret' }
      ])
      await clients[0].call('patch', 'users', null, { email: 'x@y.z' })
      await clients[0].call('remove', 'users', null)
      const [here, there] = await logs()
      expect(here.map(([event]) => event)).to.deep.equal(
        ['created', 'patched', 'removed'].flatMap((event) => [`users ${event}`, `users ${event}`])
      )
      expect(here.map(([, data]) => data)).to.deep.equal(Array(6).fill(null)) // that is how Feathers does it
      expect(there).to.deep.equal(here)
      expect(one.errors).to.deep.equal([])
    })
  })

  describe('with context.dispatch', () => {
    let dispatch: unknown

    beforeEach(() =>
      start('koa', (app) => {
        app.use('users', memory({ multi: true }), { events: ['marked'] })
        app.service('users').hooks({
          after: {
            create(context: HookContext) {
              context.dispatch = dispatch
            }
          }
        })
      })
    )

    it('get what local clients get, whatever its value', async () => {
      const values = [
        undefined,
        null,
        false,
        0,
        '',
        Number.NaN,
        'text',
        7,
        true,
        [],
        { safe: [1] },
        new Date(0)
      ]
      for (dispatch of values) {
        await clients[0].call('create', 'users', { password: 'secret' })
        await clients[0].call('create', 'users', [{ password: 'one' }, { password: 'two' }])
      }
      const [here, there] = await logs()
      expect(here.length).to.equal(3 * values.length)
      expect(there).to.deep.equal(here)
      expect(one.errors).to.deep.equal([])
    })

    it('get the items of an array that are their own dispatch', async () => {
      one.app.service('users').hooks({
        after: {
          create(context: HookContext) {
            context.dispatch = structuredClone(context.result)
          }
        }
      })
      await clients[0].call('create', 'users', [{ text: 'one' }, { text: 'two' }])
      const [here, there] = await logs()
      expect(here.map(([, data]) => data)).to.deep.equal([
        { id: 0, text: 'one' },
        { id: 1, text: 'two' }
      ])
      expect(there).to.deep.equal(here)
    })

    it('get nothing of an event whose dispatch can not travel', async () => {
      const circular: Record<string, unknown> = {}
      circular.self = circular
      const lost = [circular, { value: 1n }, Symbol('lost'), Number.POSITIVE_INFINITY, { toJSON: () => null }]
      for (dispatch of lost) await one.app.service('users').create({ password: 'secret' })
      const [here, there] = await logs()
      expect(JSON.stringify(here)).not.to.include('secret')
      expect(there).to.deep.equal([])
      expect(one.errors.map(({ kind }) => kind)).to.deep.equal(lost.map(() => 'serialize'))
      expect(one.app.sync.stats().errors).to.equal(lost.length)
    })
  })
})
