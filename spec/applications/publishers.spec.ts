import type { Application, HookContext } from '@feathersjs/feathers'
import { memory } from '@feathersjs/memory'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { type Client, type Instance, settle, startInstances } from './servers.js'

type Publish = (data: { createdAt: Date }, context: HookContext) => never[] | Promise<never[]>

/** Publishers that work where the event was made, what each throws elsewhere. */
const failing: Record<string, { publish: Publish; text: RegExp }> = {
  'calls a method of a date': {
    publish: ({ createdAt }) => (createdAt.getTime() ? [] : []),
    text: /getTime is not a function/
  },
  'reads a cookie': {
    publish: (_data, { params }) => (params.headers?.cookie.length ? [] : []),
    text: /Cannot read properties of undefined \(reading 'length'\)/
  },
  'reads a token of the connection': {
    publish: (_data, { params }) => (params.connection?.authentication.accessToken ? [] : []),
    text: /reading 'accessToken'/
  },
  'rejects, later': {
    publish: async ({ createdAt }) => {
      await new Promise((resolve) => setImmediate(resolve))
      return createdAt.getTime() ? [] : []
    },
    text: /getTime is not a function/
  }
}

describe('a publisher at another instance', () => {
  let instances: Instance[] = []
  let one: Instance
  let two: Instance
  let clients: Client[]

  const start = async (configure: (app: Application) => void) => {
    instances = await startInstances(2, 'koa', (app) => {
      for (const path of ['messages', 'others']) {
        app.use(path, memory(), { events: ['marked'] })
        app.service(path).publish('marked', () => app.channel('everybody'))
      }
      configure(app)
    })
    ;[one, two] = instances as [Instance, Instance]
    for (const { app } of instances) {
      app.on('connection', (connection) =>
        Object.assign(connection, { org: 7, authentication: { accessToken: 'secret' } })
      )
    }
    clients = await Promise.all(instances.map((instance) => instance.connect({ cookie: 'secret' })))
  }
  const create = (path = 'messages') =>
    clients[0]?.call('create', path, { text: 'hi' }) as Promise<{ id: number }>

  afterEach(async () => {
    await Promise.all(instances.splice(0).map((instance) => instance.close()))
  })

  for (const [what, { publish, text }] of Object.entries(failing)) {
    for (const holder of ['service', 'application'] as const) {
      it(`is reported once for each service and event if it throws: it ${what}; of the ${holder}`, async () => {
        await start((app) => {
          for (const path of ['messages', 'others']) {
            app.service(path).hooks({
              before: {
                all: [
                  async (context: HookContext) => Object.assign(context.data ?? {}, { createdAt: new Date() })
                ]
              }
            })
            if (holder === 'service') {
              app.service(path).publish('created', publish as never)
              app.service(path).publish('patched', publish as never)
            }
          }
          if (holder === 'application')
            app.publish('created', publish as never).publish('patched', publish as never)
        })
        for (let times = 0; times < 3; times += 1) {
          const { id } = await create()
          await clients[0]?.call('patch', 'messages', id, { text: 'ho' })
          await create('others')
        }
        await settle(one, 'messages', clients)
        await eventually(() => two.errors.length >= 3)
        await settle(one, 'messages', clients)
        expect(one.errors).to.deep.equal([])
        expect(two.errors.map(({ kind }) => kind)).to.deep.equal(['listener', 'listener', 'listener'])
        const names = two.errors.map(({ message }) => /the publisher of '(.*?)' threw/.exec(message)?.[1])
        expect(names).to.have.members(['messages created', 'messages patched', 'others created'])
        for (const { message, cause } of two.errors) {
          expect(message)
            .to.match(text)
            .and.match(/with JSON, a date is a string/)
            .and.not.include('secret')
          expect(cause).to.be.instanceOf(TypeError)
        }
      })
    }
  }

  it('is told that there is no connection, where there is none', async () => {
    await start((app) => {
      app
        .service('messages')
        .publish('created', (_data, { params }) => (params.connection?.org.toFixed() ? [] : []))
      app
        .service('messages')
        .publish('patched', (_data, { params }) => ((params.connection as { org: number }).org ? [] : []))
    })
    await one.app.service('messages').create({ text: 'hi' })
    await one.app.service('messages').patch(0, { text: 'hi' })
    await eventually(() => two.errors.length === 1)
    expect(two.errors[0]?.message)
      .to.include("'messages patched'")
      .and.include('there is no `params.connection`')
  })

  it('has what of the connection is plain and public', async () => {
    const seen: unknown[] = []
    await start((app) => {
      app.service('messages').publish('created', (_data, { params }) => {
        const { connection } = params
        seen.push(connection)
        return connection?.org === 7 ? app.channel('everybody') : []
      })
    })
    await create()
    await settle(one, 'messages', clients)
    for (const { log } of clients) {
      expect(log).to.deep.equal([['messages created', { id: 0, text: 'hi' }]])
    }
    expect(seen[1]).to.include({ org: 7, provider: 'socketio' })
    expect(seen[1]).to.have.nested.property('headers.host')
    expect(JSON.stringify(seen[1])).not.to.include('secret')
    expect(two.errors).to.deep.equal([])
  })
})
