import { randomBytes, randomUUID } from 'node:crypto'
import { type Application, feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync, { type Configure, core, createContainer } from '../../lib/index.js'
import { idleClient } from '../support/idle-client.js'

const ONLY_ONE = 'Only one type of feathers-sync can be configured on the same application'

describe('sync', () => {
  let key: string
  const apps: Application[] = []

  const configure = (configured: Configure, app: Application = feathers()) => {
    apps.push(app)
    return app.configure(configured)
  }

  beforeEach(() => {
    key = randomUUID()
  })

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.teardown()))
  })

  describe('configured again', () => {
    it('is a no-op for the same', () => {
      const app = configure(sync({ uri: 'ipc:', key }))
      const first = app.sync
      app.configure(sync({ uri: 'ipc:', key, mode: 'both' }))
      expect(app.sync).to.equal(first)
    })

    it('throws for another adapter, URI, key or client', () => {
      const client = idleClient()
      const app = configure(sync.redis({ redisClient: client, key }))
      expect(() => app.configure(sync.redis({ redisClient: client, key }))).not.to.throw()
      const others = [
        sync.redis({ redisClient: { ...client }, key }),
        sync.redis({ db: client, key }),
        sync.redis({ redisClient: client, key: 'other' }),
        sync.redis({ redisClient: client, key, uri: 'redis://localhost:1' }),
        sync.ipc({ key })
      ]
      for (const other of others) expect(() => app.configure(other)).to.throw(ONLY_ONE)
    })

    it('throws for any other option, and names it', () => {
      const filter = () => true
      const first = { uri: 'nats://127.0.0.1:1', key, filter, natsConnectionOptions: { name: 'a', tls: {} } }
      const app = configure(sync(first))
      app.on('sync-error', () => {})
      app.configure(sync({ ...first, natsConnectionOptions: { name: 'a', tls: {} }, heartbeat: 5000 }))
      const others = {
        filter: () => true,
        mode: 'receive',
        history: { events: 7 },
        wire: 3,
        heartbeat: 700,
        context: () => ({}),
        serialize: JSON.stringify,
        closeTimeout: 1,
        container: createContainer(),
        natsConnectionOptions: { name: 'b', tls: {} }
      }
      for (const [name, value] of Object.entries(others)) {
        const again = () => app.configure(sync({ ...first, [name]: value }))
        expect(again, name).to.throw(`${ONLY_ONE}: the option \`${name}\` differs`)
      }
      const { filter: _, ...less } = first
      expect(() => app.configure(sync(less))).to.throw('`filter` differs')
    })

    it('is a no-op for the same secret, and throws for any other without showing one', () => {
      const [secret, other] = [1, 2].map(() => randomBytes(32).toString('base64')) as [string, string]
      const app = configure(sync({ uri: 'ipc:', key, secret }))
      const first = app.sync
      const equal = [secret, [secret], { keys: secret }, { keys: [secret], plain: 'refuse' as const }]
      for (const again of equal) app.configure(sync({ uri: 'ipc:', key, secret: again }))
      expect(app.sync).to.equal(first)
      const others = [
        ...[other, [secret, other], [other, secret]],
        { keys: secret, plain: 'accept' as const }
      ]
      for (const again of others) {
        expect(() => app.configure(sync({ uri: 'ipc:', key, secret: again })))
          .to.throw(Error, `${ONLY_ONE}: the option \`secret\` differs`)
          .with.property('message')
          .that.does.not.match(
            new RegExp([secret, other].map((one) => one.slice(0, 6).replaceAll('+', '.')).join('|'))
          )
      }
      expect(() => app.configure(sync({ uri: 'ipc:', key }))).to.throw('`secret` differs')
    })

    it('throws where a functional adapter is configured', () => {
      const app = feathers().configure(core)
      app.sync = { type: 'custom', ready: Promise.resolve() }
      expect(() => app.configure(sync({ uri: 'ipc:', key }))).to.throw(ONLY_ONE)
    })
  })
})
