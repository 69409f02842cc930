import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { mocha } from './matrix/mocha.js'

const FLEET_SECRET = randomBytes(32).toString('base64')

describe('faults, in a fleet with a secret', function () {
  this.timeout(180_000)

  for (const name of ['broker-restart', 'network', 'processes', 'connections']) {
    it(`${name}: exactly once as without, and no message of a member is dropped`, async () => {
      const { failed, passed, report } = await mocha(`spec/faults/${name}.spec.ts`, { FLEET_SECRET })
      expect(failed, report).to.equal(0)
      expect(passed).to.be.above(0)
    })
  }
})
