import { describeBytes } from './bytes.js'
import { describeClosing } from './closing.js'
import { describeEvents } from './events.js'
import { describeFleet } from './fleet.js'
import type { SyncAdapterHarness } from './harness.js'
import { Instances } from './instances.js'
import { describeOutages } from './outage.js'

export type { SyncAdapterHarness } from './harness.js'

/**
 * Describes, for mocha, what every adapter of feathers-sync has to do. Yours too: it is ready for production when it passes.
 *
 * @param name the adapter's name, for the report
 */
export function describeSyncAdapter(name: string, harness: SyncAdapterHarness): void {
  describe(`${name} as a SyncAdapter`, function () {
    this.timeout(60_000) // some brokers start slowly, and mocha's own two seconds are short for an outage
    let instances: Instances

    beforeEach(() => {
      instances = new Instances(harness)
    })

    afterEach(async () => {
      await instances.closeAll()
    })

    describe('bytes', () => describeBytes(harness, () => instances))
    describe('closing', () => describeClosing(() => instances))
    describe('events', () => describeEvents(() => instances))
    describe('fleet', () => describeFleet(() => instances))
    describe('outages', () => describeOutages(harness, () => instances))
  })
}
