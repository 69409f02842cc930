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

  it('takes the next one where there is none, and names all where none can be loaded', async () => {
    const [none, other] = ['no-such-driver', 'no-such-other']
    const driver = {}
    expect(await loadDriver(none, () => import(none), { [other]: async () => driver })).to.equal(driver)
    const broken = new Error('it is broken')
    const load = async () => {
      throw broken
    }
    const error = (await rejection(loadDriver(none, () => import(none), { [other]: load }))) as SyncError
    expect(error.message).to.equal(
      "feathers-sync: none of the packages 'no-such-driver', 'no-such-other' can be loaded. One of them is needed: " +
        'npm install no-such-driver, or npm install no-such-other'
    )
    expect(error.cause).to.equal(broken)
  })

  for (const [adapter, [driver, message]] of Object.entries({
    redis: ['redis', "the 'redis' package can't be loaded. It is installed with: npm install redis"],
    amqp: ['amqplib', "the 'amqplib' package can't be loaded. It is installed with: npm install amqplib"],
    nats: [
      'nats',
      "none of the packages 'nats', '@nats-io/transport-node' can be loaded. One of them is needed: " +
        'npm install nats, or npm install @nats-io/transport-node'
    ]
  })) {
    it(`is how the ${adapter} adapter gets its driver: ready rejects where it isn't installed`, async () => {
      const hooks = `export const resolve = (name, context, next) => {
        if (['${driver}', '@nats-io/transport-node'].includes(name)) throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
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
        const { healthy, reason } = app.sync.health()
        console.log(app.sync.status, healthy, reason)`)
      expect(errors).to.equal('')
      expect(output).to.equal(
        `driver feathers-sync: ${message}\nclosed false ${message}: this is not tried again, clients of this instance get the events of this instance only\n`
      )
    })
  }
})
