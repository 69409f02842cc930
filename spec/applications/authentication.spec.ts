import type { HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import { withLogins } from './logins.js'
import { type Client, type Instance, settle, startInstances } from './servers.js'

interface Login {
  accessToken: string
}

describe('authentication', () => {
  let instances: Instance[] = []
  let clients: Client[]
  let wire: string[]
  let heard: unknown[]

  beforeEach(async () => {
    instances = await startInstances(2, 'koa', withLogins)
    clients = await Promise.all(instances.map((instance) => instance.connect()))
    const [one, two] = instances as [Instance, Instance]
    await one.app.service('users').create({ email: 'a@b.c', password: 'plain text' })
    wire = []
    heard = []
    one.app.on('sync-out', (message) => wire.push(JSON.stringify(message)))
    for (const path of ['authentication', 'login']) {
      for (const event of ['created', 'removed']) {
        two.app.service(path).on(event, () => heard.push(`${path} ${event}`))
      }
    }
  })

  afterEach(async () => {
    await Promise.all(instances.splice(0).map((instance) => instance.close()))
  })

  for (const path of ['authentication', 'login']) {
    it(`keeps the events of a login by '${path}' here, with its token, for the listeners here`, async () => {
      const [one] = instances as [Instance]
      const [client] = clients as [Client]
      const here: unknown[] = []
      one.app
        .service(path)
        .on('created', (data: Login, context: HookContext) => here.push(data, context.method))
      const credentials = { strategy: 'local', email: 'a@b.c', password: 'plain text' }
      const { accessToken } = (await client.call('create', path, credentials)) as Login
      await client.call('remove', path, null)
      await settle(one, 'messages', clients.slice(1)) // a logout leaves all channels
      expect(here).to.have.length(2)
      expect(here[0]).to.have.property('accessToken', accessToken)
      expect(heard).to.deep.equal([])
      expect(wire).to.have.length(1)
      expect(wire[0]).to.include('marked')
    })
  }

  it('sends what an authenticated client made, with its user and without its token', async () => {
    const [one, two] = instances as [Instance, Instance]
    const [client] = clients as [Client]
    const users: unknown[] = []
    two.app
      .service('messages')
      .on('created', (_data: unknown, { params }: HookContext) => users.push(params.user?.email))
    const credentials = { strategy: 'local', email: 'a@b.c', password: 'plain text' }
    const { accessToken } = (await client.call('create', 'authentication', credentials)) as Login
    await client.call('create', 'messages', { text: 'hi' })
    await settle(one, 'messages', clients)
    expect(users).to.deep.equal(['a@b.c'])
    for (const { log } of clients) expect(log).to.deep.equal([['messages created', { id: 0, text: 'hi' }]])
    expect(wire).to.have.length(2)
    expect(wire.join()).not.to.include(accessToken).and.not.to.include('plain text')
    expect(one.errors).to.deep.equal([])
  })
})
