import { randomUUID } from 'node:crypto'
import type { Application, HookContext } from '@feathersjs/feathers'
import { memory } from '@feathersjs/memory'
import { resolve, resolveExternal } from '@feathersjs/schema'
import { expect } from 'chai'
import { createContainer, Serializer, type SyncMessage, type SyncOptions } from '../../lib/index.js'
import { MsgpackSerializer } from '../../lib/msgpack.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { Relay } from '../support/relay.js'
import { type Client, type Instance, settle, startInstances } from './servers.js'

const HASH = '$2b$10$HASH'
const user = {
  email: 'a@b.c',
  password: HASH,
  resetToken: HASH,
  profile: { keys: [{ id: 1, apiToken: HASH }] }
}
const open = { email: 'a@b.c', profile: { keys: [{ id: 1 }] } }

function msgpack(): SyncOptions {
  const container = createContainer()
  container.rebind(Serializer).to(MsgpackSerializer)
  return { container }
}

const forms: Record<string, () => SyncOptions> = {
  JSON: () => ({}),
  'wire 3': () => ({ wire: 3 }),
  MessagePack: msgpack,
  functions: () => ({
    serialize: (message) => JSON.stringify(message),
    deserialize: (bytes) => JSON.parse(String(bytes))
  })
}

for (const [name, form] of Object.entries(forms)) {
  describe(`the omit option, with ${name}`, () => {
    let broker: RedisBroker
    let relay: Relay
    let instances: Instance[]
    let one: Instance
    let two: Instance
    let clients: Client[]
    let hides: boolean
    const sent: SyncMessage[] = []
    const [here, there]: [unknown, HookContext][][] = [[], []] as never

    before(async () => {
      broker = await startRedis()
      const key = `omit-${randomUUID()}`
      relay = await Relay.start(broker.uri, key)
      const omit = ['password', /token$/i]
      const external = resolve<Record<string, unknown>, HookContext>({
        password: async () => undefined,
        resetToken: async () => undefined,
        profile: async () => open.profile
      })
      const configure = (app: Application) => {
        app.use('users', memory({ multi: true }), { events: ['marked', 'liked'] })
        const hide = resolveExternal(external)
        app.service('users').hooks({
          around: {
            all: [(context: HookContext, next: () => Promise<void>) => (hides ? hide(context, next) : next())]
          }
        })
      }
      instances = await startInstances(2, 'koa', configure, {
        uri: broker.uri,
        key,
        omit,
        ...form()
      } as SyncOptions)
      ;[one, two] = instances as [Instance, Instance]
      clients = await Promise.all(instances.map((instance) => instance.connect()))
      one.app.on('sync-out', (message) => sent.push(structuredClone(message)))
      for (const [app, log] of [
        [one.app, here],
        [two.app, there]
      ] as const) {
        for (const event of ['created', 'patched', 'liked']) {
          app.service('users').on(event, (data: unknown, context: HookContext) => log?.push([data, context]))
        }
      }
    })
    beforeEach(() => {
      for (const list of [sent, here, there, relay.messages]) list?.splice(0)
      hides = false
    })
    after(async () => {
      relay.close()
      await Promise.all(instances.map((instance) => instance.close()))
      await broker.stop()
    })

    const logs = async () => {
      await settle(one, 'users', clients)
      const bytes = Buffer.concat(relay.messages).toString('latin1')
      expect(bytes).to.include('a@b.c').and.not.include('HASH')
      expect(JSON.stringify(sent)).not.to.include('HASH')
      expect(instances.flatMap(({ errors }) => errors)).to.deep.equal([])
      return clients.map(({ log }) => log.splice(0).map(([, data]) => data))
    }

    it('leaves fields out at any depth, and what is heard here as it is', async () => {
      const owner = { id: 1, ...user }
      const query = { id: 1 }
      const { id } = await one.app.service('users').create(user, { owner, query } as never)
      await one.app.service('users').patch(id, { password: HASH, extra: new Map([['password', HASH]]) })
      one.app.service('users').emit('liked', { list: [user, [owner]] })
      const [own, other] = await logs()
      const all = { ...open, id }
      expect(own?.[0]).to.deep.equal({ ...user, id })
      expect(other?.[0]).to.deep.equal(all)
      expect(here?.[0]?.[0]).to.deep.equal({ ...user, id })
      const [data, { result, params, data: given }] = (there ?? [])[0] as [unknown, HookContext]
      expect([data, result, given]).to.deep.equal([all, all, open])
      expect(params).to.deep.include({ owner: { ...open, id: 1 }, query })
      expect(there?.[2]?.[0]).to.deep.equal({ list: [open, [{ ...open, id: 1 }]] })
    })

    it('shows the same record to all where a dispatch hides the same fields, and sends it once', async () => {
      hides = true
      const { id } = await one.app.service('users').create(user)
      const [own, other] = await logs()
      expect(own).to.deep.equal([{ ...open, id }])
      expect(other).to.deep.equal(own)
      if (name === 'JSON' || name === 'MessagePack') {
        // As the call's data, whose nested objects the service has copied, and as the result.
        expect(
          Buffer.concat(relay.messages)
            .toString('latin1')
            .match(/a@b\.c/g)
        ).to.have.length(2)
      }
    })

    it('keeps bulk calls together, each item once', async () => {
      const users = Array.from({ length: 5 }, (_, index) => ({ ...user, name: `user ${index}` }))
      await one.app.service('users').create(users)
      const [own, other] = await logs()
      expect(own?.map((data) => (data as { password: string }).password)).to.deep.equal(Array(5).fill(HASH))
      const ids = own?.map((data) => (data as { id: number }).id) as number[]
      expect(other).to.deep.equal(users.map(({ name }, index) => ({ ...open, name, id: ids[index] })))
      if (name === 'JSON' || name === 'MessagePack') {
        expect(there?.[4]?.[1].result).to.deep.equal(other)
        expect(there?.[4]?.[1]).to.equal(there?.[0]?.[1])
        // Once as the call's data, which has no ids, and once as the result.
        expect(
          Buffer.concat(relay.messages)
            .toString('latin1')
            .match(/user 3/g)
        ).to.have.length(2)
      }
    })

    it('shows nothing of a bulk call that clients here are not shown', async () => {
      hides = true
      await one.app.service('users').create([user, user])
      const [own, other] = await logs()
      expect(own).to.deep.equal([null, null])
      expect(other).to.deep.equal(own)
    })
  })
}
