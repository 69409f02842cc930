import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { SyncError } from 'feathers-sync'
import { eventually } from '../support/eventually.js'
import { type Instances, recorder } from './instances.js'
import { rejection } from './rejection.js'

/** How long `close()` may take, in ms: 2 s for the driver, and some for a busy machine. */
const LIMIT = 3000

/** Fails where it takes longer than `close()` may. */
export async function inTime(close: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  await close()
  expect(performance.now() - start, 'the time close() took').to.be.below(LIMIT)
}

/** What `close()` does, and what happens after it. */
export function describeClosing(instances: () => Instances): void {
  it('closes what was never connected', async () => {
    const adapter = instances().adapter()
    await inTime(() => adapter.close())
    expect(adapter.status).to.equal('closed')
  })

  it('closes at every moment of connecting, and connects again', async () => {
    const { received } = await instances().connect()
    const adapter = instances().adapter()
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21]) {
      const handlers = recorder()
      void adapter.connect(handlers)
      for (let count = 0; count < turns; count += 1) await turn()
      await inTime(() => Promise.all([adapter.close(), adapter.close()]))
      expect(adapter.status).to.equal('closed')
      expect(handlers.statuses.at(-1)).to.equal('closed')
    }
    await adapter.connect(recorder())
    await adapter.publish(Buffer.from('here at last'))
    await eventually(() => received.length > 0, { message: 'the message' })
  })

  it('closes what is ready, more than once', async () => {
    const { adapter } = await instances().connect()
    await inTime(() => Promise.all([adapter.close(), adapter.close()]))
    await adapter.close()
    expect(adapter.status).to.equal('closed')
  })

  it('sends what was published before close()', async () => {
    const [one, two] = [await instances().connect(), await instances().connect()]
    await one.adapter.publish(Buffer.from('last words'))
    await one.adapter.close()
    await eventually(() => two.received.map(String).includes('last words'), { message: 'the last message' })
  })

  it('neither receives nor sends after close(), and connects again', async () => {
    const [one, two, witness] = [
      await instances().connect(),
      await instances().connect(),
      await instances().connect()
    ]
    await two.adapter.close()
    const calls = two.calls()
    await one.adapter.publish(Buffer.from('missed'))
    const error = await rejection(two.adapter.publish(Buffer.from('refused')))
    expect(error).to.be.instanceOf(SyncError).with.property('kind', 'closed')
    await eventually(() => witness.received.length > 0, { message: 'the message elsewhere' })
    const again = recorder()
    await two.adapter.connect(again)
    await one.adapter.publish(Buffer.from('seen'))
    await eventually(() => again.received.length > 0, { message: 'a message after connecting again' })
    expect(again.received.map(String)).to.deep.equal(['seen'])
    expect(two.received).to.deep.equal([])
    expect(two.calls(), 'calls of handlers after close()').to.equal(calls)
  })
}
