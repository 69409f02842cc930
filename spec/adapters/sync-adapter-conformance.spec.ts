import { expect } from 'chai'
import { describeSyncAdapter } from '../conformance/index.js'
import { MemoryBroker } from '../support/memory-broker.js'

describe('SyncAdapter, with a broker in memory', () => {
  const broker = new MemoryBroker()

  describeSyncAdapter('memory', { options: () => broker.options(), broker })

  after(() => {
    expect(broker.connections, 'connections left open').to.equal(0)
  })
})
