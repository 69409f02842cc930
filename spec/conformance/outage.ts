import { expect } from 'chai'
import { SyncError } from 'feathers-sync'
import { eventually } from '../support/eventually.js'
import { inTime } from './closing.js'
import type { SyncAdapterHarness } from './harness.js'
import { type Instance, type Instances, recorder, settle } from './instances.js'
import { rejection } from './rejection.js'

type Restartable = NonNullable<SyncAdapterHarness['broker']>

/** A broker may need a while to come back. */
const RETURN = { timeout: 30_000, message: 'the reconnect' }
const NOTICE = { message: 'the outage to be noticed' }

/** What happens around the end of a broker and its return. */
export function describeOutages({ broker }: SyncAdapterHarness, instances: () => Instances): void {
  let running = true
  const outage = (title: string, test: (broker: Restartable) => Promise<void>) =>
    broker ? it(title, () => test({ kill: () => kill(broker), start: () => start(broker) })) : it(title)
  const kill = async (real: Restartable) => {
    running = false
    await real.kill()
  }
  const start = async (real: Restartable) => {
    await real.start()
    running = true
  }

  afterEach(async () => {
    if (broker && !running) await start(broker)
  })

  outage('gives one copy, not two, after a restart of the broker', async ({ kill, start }) => {
    const all = await instances().start(3)
    await settle(all)
    await kill()
    await eventually(() => all.every(hasStatus('reconnecting')), NOTICE)
    for (const { app } of all) {
      const { healthy, reason } = app.sync.health()
      expect(healthy, 'during an outage, which all have').to.equal(true)
      expect(reason).to.match(
        /^the broker has been away for \d+ s; clients of this instance get the events of/
      )
    }
    await start()
    await eventually(() => all.every(hasStatus('ready')), RETURN)
    for (const { app } of all)
      expect(app.sync.health()).to.include({ healthy: true }).and.not.have.property('reason')
    for (const [index, { messages }] of all.entries()) await messages.create({ text: `from ${index}` })
    await settle(all)
    for (const { texts } of all) expect([...texts].sort()).to.deep.equal(['from 0', 'from 1', 'from 2'])
  })

  outage('refuses at once to publish while the broker is away', async ({ kill, start }) => {
    const [one, two] = [await instances().connect(), await instances().connect()]
    await kill()
    await eventually(() => one.adapter.status === 'reconnecting', NOTICE)
    const began = performance.now()
    const error = await rejection(one.adapter.publish(Buffer.from('refused')))
    expect(error).to.be.instanceOf(SyncError).with.property('kind', 'publish')
    expect(performance.now() - began).to.be.below(500)
    await start()
    await eventually(() => [one, two].every(({ adapter }) => adapter.status === 'ready'), RETURN)
    await one.adapter.publish(Buffer.from('taken'))
    await eventually(() => two.received.length > 0, { message: 'the message after the outage' })
    expect(two.received.map(String)).to.deep.equal(['taken'])
  })

  outage('starts without the broker: serves locally, and is ready when it comes', async ({ kill, start }) => {
    await kill()
    const [one, two] = [instances().configure(), instances().configure()]
    const readyInTime = one.app.sync.ready.then(() => true)
    await one.messages.create({ text: 'early' })
    expect(one.texts).to.deep.equal(['early'])
    await eventually(() => one.errors.some(({ kind }) => kind === 'connect'), { message: 'a sync-error' })
    expect(one.app.sync.status).to.equal('connecting')
    const { healthy, reason } = one.app.sync.health()
    expect(healthy, 'before the first connection').to.equal(false)
    expect(reason).to.match(/^not connected yet, for \d+ s: clients would miss .* \(.+\)$/s)
    await start()
    expect(await readyInTime).to.equal(true)
    expect(one.app.sync.health()).to.include({ healthy: true, status: 'ready' })
    await two.app.sync.ready
    await one.messages.create({ text: 'late' })
    await eventually(() => two.texts.includes('late'), { message: 'the late event' })
  })

  outage('can be closed while the broker is away, and connects again', async ({ kill, start }) => {
    const [one] = (await instances().start(1)) as [Instance]
    const cut = await instances().connect()
    await kill()
    const never = instances().configure()
    const connecting = instances().adapter()
    const handlers = recorder()
    void connecting.connect(handlers)
    await eventually(() => handlers.errors.length > 0, NOTICE)
    await eventually(() => hasStatus('reconnecting')(one) && cut.adapter.status === 'reconnecting', NOTICE)
    await inTime(() =>
      Promise.all([one.app.teardown(), never.app.teardown(), cut.adapter.close(), connecting.close()])
    )
    const closed = [one.app.sync, never.app.sync, cut.adapter, connecting]
    expect(closed.map(({ status }) => status)).to.deep.equal(closed.map(() => 'closed'))
    const calls = [cut.calls(), handlers.calls()]
    await start()
    const again = [recorder(), recorder()] as const
    await cut.adapter.connect(again[0])
    await connecting.connect(again[1])
    await connecting.publish(Buffer.from('here again'))
    await eventually(() => again[0].received.length > 0, { message: 'the message' })
    expect(again[0].received.map(String)).to.deep.equal(['here again'])
    expect([cut.calls(), handlers.calls()], 'calls of handlers after close()').to.deep.equal(calls)
  })
}

function hasStatus(status: string): (instance: Instance) => boolean {
  return ({ app }) => app.sync.status === status
}
