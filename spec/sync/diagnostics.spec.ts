import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { expect } from 'chai'
import { SYNC, type SyncDiagnostics } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { AppSyncStage, listen, MoodyAdapter } from './app-sync-stage.js'

type Name = keyof SyncDiagnostics

describe('the diagnostics channels', () => {
  const { configure } = new AppSyncStage()
  const subscriptions: (() => void)[] = []

  afterEach(() => {
    for (const end of subscriptions.splice(0)) end()
  })

  const record = <Channel extends Name>(name: Channel): SyncDiagnostics[Channel][] => {
    const messages: SyncDiagnostics[Channel][] = []
    const onMessage = (message: unknown) => messages.push(message as SyncDiagnostics[Channel])
    subscribe(name, onMessage)
    subscriptions.push(() => unsubscribe(name, onMessage))
    return messages
  }

  it('tell each event that is sent, and that is delivered elsewhere', async () => {
    const [sent, delivered] = [record('feathers-sync:send'), record('feathers-sync:deliver')]
    const [one, two] = [configure(), configure()]
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    await one.app.service('messages').create({ text: 'hi' })
    await eventually(() => delivered.length > 0)
    expect(sent.map(({ app, message }) => [app, message.path, message.event, message.data])).to.deep.equal([
      [one.app, 'messages', 'created', { text: 'hi' }]
    ])
    expect(
      delivered.map(({ app, message }) => [app, message.path, message.event, message.data])
    ).to.deep.equal([[two.app, 'messages', 'created', { text: 'hi' }]])
  })

  it('leave out what stays on its instance, and what is unknown here', async () => {
    const [sent, delivered] = [record('feathers-sync:send'), record('feathers-sync:deliver')]
    const [one, two] = [configure(new MoodyAdapter(), { filter: () => false }), configure()]
    listen(two.app)
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    await one.create('filtered')
    two.app.service('messages').emit('created', {}, { [SYNC]: false })
    two.app.emit('sync-in', { event: 'created', path: 'nowhere' })
    expect([...sent, ...delivered]).to.deep.equal([])
  })

  it('tell each error, also one that repeats', async () => {
    const errors = record('feathers-sync:error')
    const { app } = configure()
    const heard = listen(app)
    for (let time = 0; time < 3; time += 1) app.emit('sync-in', { event: 'created', path: 'nowhere' })
    expect(errors.map((message) => [message.app, message.error.kind])).to.deep.equal(
      Array(3).fill([app, 'unknown'])
    )
    expect(heard).to.have.length(1)
  })

  it('tell each status', async () => {
    const statuses = record('feathers-sync:status')
    const { app, adapter } = configure()
    await app.sync.ready
    adapter.goAway()
    await app.teardown()
    expect(statuses.map(({ status }) => status)).to.deep.equal([
      'connecting',
      'ready',
      'reconnecting',
      'closed'
    ])
    for (const message of statuses) expect(message.app).to.equal(app)
  })

  it('do not keep an event back when a subscriber throws: Node.js throws that afterwards', async () => {
    const channel = 'feathers-sync:send'
    const onMessage = () => {
      throw new Error('a subscriber')
    }
    const [one, two] = [configure(), configure()]
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    try {
      const uncaught = once(process, 'uncaughtException')
      subscribe(channel, onMessage)
      await one.create('hi')
      expect(one.texts).to.deep.equal(['hi'])
      const [error] = await uncaught
      expect(error).to.have.property('message', 'a subscriber')
    } finally {
      unsubscribe(channel, onMessage)
      for (const listener of others) process.on('uncaughtException', listener)
    }
    await eventually(() => two.texts.length > 0)
    expect(two.texts).to.deep.equal(['hi'])
  })
})
