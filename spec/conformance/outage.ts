import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import type { SyncAdapterHarness } from './harness.js'
import { type Instances, settle } from './instances.js'

/** What happens around the end of a broker and its return. */
export function describeOutages(harness: SyncAdapterHarness, instances: () => Instances): void {
  const { broker } = harness
  if (!broker) {
    it('survives a restart of the broker')
    it('starts without the broker')
    it('can be closed while the broker is away')
    return
  }

  let running = true
  const kill = async () => {
    running = false
    await broker.kill()
  }
  const start = async () => {
    await broker.start()
    running = true
  }

  afterEach(async () => {
    if (!running) await start()
  })

  it('gives one copy, not two, after a restart of the broker', async () => {
    const all = await instances().start(3)
    await settle(all)
    await kill()
    for (const { app } of all) {
      await eventually(() => app.sync.status === 'reconnecting', { message: 'the outage to be noticed' })
    }
    await start()
    for (const { app } of all) {
      await eventually(() => app.sync.status === 'ready', { timeout: 30_000, message: 'the reconnect' })
    }
    await all[0]?.messages.create({ text: 'after the restart' })
    await settle(all)
    for (const { texts } of all) expect(texts).to.deep.equal(['after the restart'])
  })

  it('starts without the broker: serves locally, and is ready when it comes', async () => {
    await kill()
    const [one, two] = [instances().configure(), instances().configure()]
    const readyInTime = one.app.sync.ready.then(() => true)
    await one.messages.create({ text: 'early' })
    expect(one.texts).to.deep.equal(['early'])
    await eventually(() => one.errors.some(({ kind }) => kind === 'connect'), { message: 'a sync-error' })
    expect(one.app.sync.status).to.equal('connecting')
    await start()
    expect(await readyInTime).to.equal(true)
    await two.app.sync.ready
    await one.messages.create({ text: 'late' })
    await eventually(() => two.texts.includes('late'), { message: 'the late event' })
  })

  it('can be closed while the broker is away', async () => {
    const [one] = await instances().start(1)
    await kill()
    const two = instances().configure()
    await eventually(() => one?.app.sync.status === 'reconnecting', { message: 'the outage to be noticed' })
    await Promise.all([one?.app.teardown(), two.app.teardown()])
    expect(one?.app.sync.status).to.equal('closed')
    expect(two.app.sync.status).to.equal('closed')
  })
}
