import { expect } from 'chai'
import { loadDriver } from '../../lib/adapters/driver.js'
import { SyncError } from '../../lib/errors.js'
import { rejection } from '../conformance/rejection.js'
import { runScript } from '../support/process.js'

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

  for (const [adapter, driver] of Object.entries({ redis: 'redis', amqp: 'amqplib', nats: 'nats' })) {
    it(`is how the ${adapter} adapter gets its driver: ready rejects where it isn't installed`, async () => {
      const hooks = `export const resolve = (name, context, next) => {
        if (name === '${driver}') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
        return next(name, context)
      }`
      const { output, errors } = await runScript(`
        import { register } from 'node:module'
        register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hooks))})
        const { feathers } = await import('@feathersjs/feathers')
        const { default: sync } = await import('./lib/index.ts')
        const app = feathers().configure(sync.${adapter}())
        app.on('sync-error', () => {})
        await app.sync.ready.catch(({ kind, message }) => console.log(kind, message))
        console.log(app.sync.status)`)
      expect(errors).to.equal('')
      expect(output).to.equal(
        `driver feathers-sync: the '${driver}' package can't be loaded. It is installed with: npm install ${driver}\nclosed\n`
      )
    })
  }
})
