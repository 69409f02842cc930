import { expect } from 'chai'
import { loadDriver } from '../../lib/adapters/driver.js'
import { SyncError } from '../../lib/errors.js'
import { rejection } from '../conformance/rejection.js'

describe('loadDriver', () => {
  it('returns what was loaded', async () => {
    const driver = {}
    expect(await loadDriver('redis', async () => driver)).to.equal(driver)
  })

  it('says what to install when there is none', async () => {
    const name = 'no-such-driver'
    const error = await rejection(loadDriver(name, () => import(name)))
    expect(error).to.be.instanceOf(SyncError).and.to.include({
      kind: 'driver',
      message:
        "feathers-sync: the 'no-such-driver' package can't be loaded. It is installed with: npm install no-such-driver"
    })
    expect((error as SyncError).cause).to.have.property('code', 'ERR_MODULE_NOT_FOUND')
  })
})
