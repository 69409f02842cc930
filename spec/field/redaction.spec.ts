import { inspect } from 'node:util'
import { type Application, feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import createDebug from 'debug'
import { createClient } from 'redis'
import sinon from 'sinon'
import sync, { type SyncError, type SyncOptions } from '../../lib/index.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { type RepeatingServer, startRepeatingServer } from '../support/repeating-server.js'

/** With what a URI, a quoted text and a server that cuts long texts make something else of. */
const SECRET = 's3cr"et/%:\u00e4-and-a-long-token-after-it'
const ENCODED = encodeURIComponent(SECRET)

/** What of it must not be seen. */
const PARTS = /s3cr|long-token/

const plain = {
  mechanism: 'PLAIN',
  username: 'ada',
  password: SECRET,
  response: () => Buffer.from(`\0ada\0${SECRET}`)
}
const provider = {
  type: 'async-credentials-provider',
  credentials: async () => ({ username: 'ada', password: SECRET })
}

const streaming = {
  type: 'streaming-credentials-provider',
  subscribe: async () => [{ username: 'ada', password: SECRET }, { dispose: () => {} }],
  onReAuthenticationError: () => {}
}

/** Where each adapter takes credentials from. */
const GIVEN: Record<string, Record<string, [userInfo: string, options: SyncOptions]>> = {
  redis: {
    'the URI': [`ada:${ENCODED}@`, {}],
    redisOptions: ['', { redisOptions: { username: 'ada', password: SECRET } }],
    'a streaming provider': ['', { redisOptions: { credentialsProvider: streaming } }],
    'a provider': ['', { redisOptions: { credentialsProvider: provider } }]
  },
  nats: {
    'the URI': [`ada:${ENCODED}@`, {}],
    'the URI, as a token': [`${ENCODED}@`, {}],
    pass: ['', { natsConnectionOptions: { user: 'ada', pass: SECRET } }],
    token: ['', { natsConnectionOptions: { token: SECRET } }],
    'an authenticator': ['', { natsConnectionOptions: { authenticator: () => ({ auth_token: SECRET }) } }]
  },
  amqp: {
    'the URI': [`ada:${ENCODED}@`, {}],
    credentials: ['', { amqpConnectionOptions: { credentials: plain } }],
    connectionOptions: ['', { amqpConnectionOptions: { connectionOptions: { credentials: plain } } }]
  }
}

describe('credentials that a server repeats', () => {
  const apps: Application[] = []
  const errors: SyncError[] = []
  let server: RepeatingServer | undefined
  let printed: string[]
  let debugged: string[]

  const shown = () => [...printed, ...debugged, ...errors.map(everythingOf)].join('\n')

  const configure = (options: SyncOptions, listens: boolean) => {
    const app = feathers().configure(sync(options))
    apps.push(app)
    if (listens) app.on('sync-error', (error) => errors.push(error))
    app.sync.ready.catch((error) => errors.push(error))
  }

  beforeEach(() => {
    printed = []
    debugged = []
    errors.length = 0
    sinon.stub(console, 'error').callsFake((...args) => void printed.push(args.join(' ')))
    sinon
      .stub(createDebug, 'log')
      .callsFake((...args) => void debugged.push(args.map((arg) => inspect(arg, { depth: 9 })).join(' ')))
    createDebug.enable('feathers-sync*')
  })

  afterEach(async () => {
    createDebug.disable()
    sinon.restore()
    await Promise.all(apps.splice(0).map((app) => app.sync.close()))
    await server?.close()
    server = undefined
  })

  for (const [scheme, places] of Object.entries(GIVEN)) {
    for (const [place, [userInfo, options]] of Object.entries(places)) {
      it(`are in no text: ${scheme}, from ${place}`, async () => {
        const repeating = await startRepeatingServer(scheme)
        server = repeating
        for (const listens of [true, false]) configure({ uri: repeating.uri(userInfo), ...options }, listens)
        await eventually(() => {
          expect(repeating.heard(), 'sent to the server').to.match(PARTS)
          expect(errors, 'errors').not.to.deep.equal([])
          return expect(printed, 'lines').not.to.deep.equal([])
        })
        expect(shown()).not.to.match(PARTS)
        expect(shown(), 'what the server said').to.include('***')
      })
    }
  }

  it('are in no text: a Redis without HELLO that wants a password', async () => {
    const args = ['--rename-command', 'HELLO', '']
    const redis = await startRedis({ password: 's3cr', args })
    const handedIn = createClient({ url: redis.uri }).on('error', () => {})
    try {
      for (const listens of [true, false]) configure({ redisClient: handedIn, adapter: 'redis' }, listens)
      await eventually(() => {
        return expect(errors.length + printed.length).to.be.at.least(2)
      })
      expect(shown()).not.to.match(PARTS)
    } finally {
      await Promise.all(apps.splice(0).map((app) => app.sync.close()))
      handedIn.destroy()
      await redis.stop()
    }
  })
})

/** Message, stack, causes and whatever else an error has. */
function everythingOf(error: unknown): string {
  return (
    inspect(error, { depth: 20, showHidden: true, maxStringLength: null }) + String((error as Error).stack)
  )
}
