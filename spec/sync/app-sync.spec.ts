import { inspect } from 'node:util'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { AppSyncStage, listen, MoodyAdapter } from './app-sync-stage.js'

describe('what app.sync says of itself', () => {
  const { configure } = new AppSyncStage()

  it('the type, the adapter and the serializers', () => {
    const { app, adapter } = configure()
    expect(app.sync).to.include({ type: 'loop', adapter })
    const message = { event: 'created', path: 'messages', data: { text: 'hi' } }
    const { serialize, deserialize } = app.sync
    expect(serialize(message)).to.equal(JSON.stringify(message))
    expect(deserialize(Buffer.from(JSON.stringify(message)))).to.deep.equal(message)
  })

  it('the status, and each change of it', async () => {
    const { app, adapter, statuses } = configure()
    listen(app)
    expect(app.sync.status).to.equal('connecting')
    await app.sync.ready
    expect(app.sync.status).to.equal('ready')
    adapter.goAway()
    expect(app.sync.status).to.equal('reconnecting')
    adapter.comeBack()
    expect(app.sync.status).to.equal('ready')
    await app.sync.close()
    expect(app.sync.status).to.equal('closed')
    expect(statuses).to.deep.equal(['connecting', 'ready', 'reconnecting', 'ready', 'closed'])
  })

  it('no credentials where the application is logged', () => {
    const { app } = configure(new MoodyAdapter(), { uri: 'loop://user:confidential@host' })
    expect(inspect(app, { depth: 9 })).not.to.contain('confidential')
    expect(JSON.stringify(app)).not.to.contain('confidential')
  })

  it('counts of events, bytes and errors', async () => {
    const [one, two] = [configure(), configure()]
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    await one.create('hello')
    await eventually(() => two.texts.length === 1, { message: 'the event' })
    const sent = one.app.sync.stats()
    const received = two.app.sync.stats()
    expect(sent.events).to.deep.include({ sent: 1, received: 0, waiting: 0, lost: 0 })
    expect(received.events).to.deep.include({ sent: 0, received: 1, waiting: 0, lost: 0 })
    for (const bytes of [sent.bytes.sent, received.bytes.received]) expect(bytes).to.be.above(100)
    expect(received.peers).to.have.length(1)
    expect(received.peers[0]).to.include({ last: 1 })
    expect(sent.history).to.include({ events: 1 })
    one.adapter.goAway()
    await one.create('later')
    expect(one.app.sync.stats().events).to.include({ sent: 1, waiting: 1 })
    expect(one.app.sync.stats()).to.include({
      errors: 1
    })
    one.adapter.comeBack()
    await eventually(() => two.texts.length === 2, { message: 'the event of the outage' })
    expect(one.app.sync.stats().events).to.deep.include({ sent: 2, received: 0, waiting: 0, lost: 0 })
  })
})
