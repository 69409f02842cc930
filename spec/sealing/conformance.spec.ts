import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { isFrame } from '../../lib/delivery/wire/frame.js'
import { createContainer, SyncAdapter } from '../../lib/index.js'
import { isSealed } from '../../lib/sealing/sealed-frame.js'
import { describeEvents } from '../conformance/events.js'
import { describeFleet } from '../conformance/fleet.js'
import { describeSyncAdapter } from '../conformance/index.js'
import { Instances } from '../conformance/instances.js'
import { MemoryBroker, type MemoryBrokerOptions } from '../support/memory-broker.js'
import { PlainAdapter } from '../support/plain-adapter.mjs'

const secret = randomBytes(32).toString('base64')

// Those of the package: spec/brokers/sealed.spec.ts.
describe("adapters of one's own, with a secret", () => {
  const settings: [name: string, options: MemoryBrokerOptions, takesLargeMessages: boolean][] = [
    ['one that is bound in the container', {}, true],
    ['one that takes small messages only', { maxPayload: 16_384 }, false]
  ]
  for (const [name, options, takesLargeMessages] of settings) {
    describe(name, () => {
      let [sealed, plain, largest] = [0, 0, 0]
      const broker = new MemoryBroker({
        ...options,
        onMessage: (bytes) => {
          if (isSealed(bytes)) sealed += 1
          else if (isFrame(bytes)) plain += 1
          if (isSealed(bytes)) largest = Math.max(largest, bytes.length)
        }
      })
      describeSyncAdapter('memory', {
        options: () => ({ ...broker.options(), secret }),
        takesLargeMessages,
        broker
      })
      after(() => {
        expect(sealed).to.be.above(100)
        expect(plain, 'frames that are not sealed').to.equal(0)
        if (options.maxPayload) expect(largest).to.be.within(options.maxPayload - 100, options.maxPayload)
      })
    })
  }

  describe('one in plain JavaScript', () => {
    let instances: Instances
    beforeEach(() => {
      instances = new Instances({
        options() {
          const container = createContainer()
          container.bind(SyncAdapter).to(PlainAdapter).whenNamed('plain')
          return { uri: 'plain:', container, secret }
        }
      })
    })
    afterEach(() => instances.closeAll())

    describeEvents(() => instances)
    describeFleet(() => instances)
  })
})
