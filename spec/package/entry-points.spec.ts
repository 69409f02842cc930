import { expect } from 'chai'
import * as source from '../../lib/index.js'
import { startNats } from '../support/brokers/nats.js'
import { Consumer } from './consumer.js'

const names = Object.keys(source).filter((name) => name !== 'default')

describe('the packed tarball', () => {
  let consumer: Consumer

  before(async function () {
    this.timeout(180_000) // it may be the first that packs
    consumer = await Consumer.create({
      files: {},
      packages: {
        msgpackr: 'msgpackr',
        '@opentelemetry/api': '@opentelemetry/api',
        'prom-client': 'prom-client'
      }
    })
  })

  const print = async (name: string, code: string): Promise<unknown> => {
    await consumer.write(name, code)
    return JSON.parse(await consumer.run('node', ['--no-warnings', name]))
  }

  it('gives require() the function itself, with every name as a property', async () => {
    const found = await print(
      'required.cjs',
      `const sync = require('feathers-sync')
       console.log(JSON.stringify({
         type: typeof sync({ uri: 'ipc:' }), itself: sync.default === sync, names: Object.keys(sync)
       }))`
    )
    expect(found).to.have.property('type', 'function')
    expect(found).to.have.property('itself', true)
    expect(found)
      .to.have.property('names')
      .with.members([...names, 'default'])
  })

  it('gives import the same names', async () => {
    const found = await print(
      'imported.mjs',
      `import * as all from 'feathers-sync'
       console.log(JSON.stringify({ type: typeof all.default({ uri: 'ipc:' }), names: Object.keys(all) }))`
    )
    expect(found).to.have.property('type', 'function')
    expect(found)
      .to.have.property('names')
      .with.members([...names, 'default'])
  })

  it('gives import and require() the same classes', async () => {
    const different = await print(
      'both.mjs',
      `import * as all from 'feathers-sync'
       import { createRequire } from 'node:module'
       const sync = createRequire(import.meta.url)('feathers-sync')
       console.log(JSON.stringify(Object.keys(all).filter((name) => all[name] !== sync[name])))`
    )
    expect(different).to.deep.equal([])
  })

  it('does not have Node look for exports in the bundle, which takes longer than all the rest of an import', async () => {
    const found = await print(
      'searched.mjs',
      `import { readFileSync } from 'node:fs'
       const dist = new URL('node_modules/feathers-sync/dist/', import.meta.url)
       const [, name] = /from '(.+?)'/.exec(readFileSync(new URL('index.js', dist), 'utf8'))
       const imported = new URL(name, dist)
       const names = Object.keys(await import(imported))
       console.log(JSON.stringify({ names, isShort: readFileSync(imported).length < 1000 }))`
    )
    expect(found).to.have.property('isShort', true)
    expect(found).to.have.property('names').that.includes('default').and.not.includes('redis')
  })

  it('refuses a URI that is not percent-encoded correctly: the bundler has kept that check', async () => {
    const found = await print(
      'encoded.cjs',
      `const sync = require('feathers-sync')
       const refusal = (uri) => { try { sync({ uri }) } catch (error) { return error.message } }
       const uris = ['redis', 'amqp', 'nats'].map((scheme) => scheme + '://me:a%zz@host')
       console.log(JSON.stringify(uris.map((uri) => refusal(uri) ?? uri + ' is accepted')))`
    )
    for (const text of found as string[]) expect(text).to.match(/not percent-encoded correctly/)
  })

  it('has a MessagePack serializer beside it, of its own Serializer class', async () => {
    const found = await print(
      'msgpack.mjs',
      `import { Serializer } from 'feathers-sync'
       import { MsgpackSerializer } from 'feathers-sync/msgpack'
       import { createRequire } from 'node:module'
       const required = createRequire(import.meta.url)('feathers-sync/msgpack').MsgpackSerializer
       const [one, other] = [new MsgpackSerializer(), new required()]
       const read = other.deserialize(Buffer.from(one.serialize({ event: 'e', path: 'p', data: new Date(7) })))
       console.log(JSON.stringify([one instanceof Serializer, other instanceof Serializer, read.data.getTime()]))`
    )
    expect(found).to.deep.equal([true, true, 7])
  })

  it('has an emitter beside it that loads neither Feathers nor what knows it', async () => {
    const life = `const emitter = createEmitter({ uri: 'ipc:', key: 'lonely', closeTimeout: 200 })
       emitter.on('sync-error', () => {}).service('messages').emit('created', {})
       emitter.close().then((unsent) => console.log(JSON.stringify({
         unsent, isError: SyncError.name,
         loaded: Object.keys(require.cache).filter((file) => /feathersjs|index.cjs|imported.cjs/.test(file))
       })))`
    const ended = { unsent: 0, isError: 'SyncError', loaded: [] }
    const required = "const { createEmitter, SyncError } = require('feathers-sync/emitter')"
    expect(await print('emitter.cjs', `${required}\n${life}`)).to.deep.equal(ended)
    const imported =
      "import { createEmitter, SyncError } from 'feathers-sync/emitter'\n" +
      "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)"
    expect(await print('emitter.mjs', `${imported}\n${life}`)).to.deep.equal(ended)
  })

  it('has one SyncError, whatever entry point it comes from', async () => {
    const found = await print(
      'errors.mjs',
      `import { SyncError } from 'feathers-sync'
       import * as emitter from 'feathers-sync/emitter'
       console.log(JSON.stringify(SyncError === emitter.SyncError))`
    )
    expect(found).to.equal(true)
  })

  it('has an instrumentation for OpenTelemetry beside it, by import and by require()', async () => {
    const uses = `const app = feathers()
       app.configure(sync({ uri: 'ipc:', key: 'traced' }))
       app.use('messages', { create: async (data) => data })
       app.configure(instrument)
       app.service('messages').create({}).then((data) => {
         console.log(JSON.stringify(data))
         return app.sync.close()
       })`
    const required = `const { feathers } = require('@feathersjs/feathers')
       const sync = require('feathers-sync')
       const { instrument } = require('feathers-sync/opentelemetry')`
    const imported = `import { feathers } from '@feathersjs/feathers'
       import sync from 'feathers-sync'
       import { instrument } from 'feathers-sync/opentelemetry'`
    expect(await print('traced.cjs', `${required}\n${uses}`)).to.deep.equal({})
    expect(await print('traced.mjs', `${imported}\n${uses}`)).to.deep.equal({})
  })

  it('does not load OpenTelemetry by itself', async () => {
    const found = await print(
      'untraced.cjs',
      `require('feathers-sync')
       console.log(JSON.stringify(Object.keys(require.cache).filter((file) => file.includes('opentelemetry'))))`
    )
    expect(found).to.deep.equal([])
  })

  for (const [kind, load] of Object.entries({
    require: (name: string) => `require('${name}')`,
    import: (name: string) => `await import('${name}')`
  })) {
    it(`has metrics for prom-client beside it, by ${kind}`, async () => {
      const found = await print(
        kind === 'require' ? 'metrics.cjs' : 'metrics.mjs',
        `const sync = (${load('feathers-sync')}).default
         const { collectSyncMetrics } = ${load('feathers-sync/prometheus')}
         const { feathers } = ${load('@feathersjs/feathers')}
         const { Registry } = ${load('prom-client')}
         const register = new Registry()
         const app = feathers().configure(sync({ uri: 'ipc:', key: 'package-${kind}' }))
         collectSyncMetrics(app, { register })
         register.metrics()
           .then((text) => console.log(JSON.stringify(/^feathers_sync_events_sent_total (.*)$/m.exec(text)[1])))
           .then(() => app.teardown())`
      )
      expect(found).to.equal('0')
    })
  }

  it('keeps the names of the classes, which messages show', async () => {
    const classes = names.filter((name) => /^[A-Z].*(Adapter|Bridge|Serializer|Error)$/.test(name))
    expect(classes).not.to.deep.equal([])
    const found = await print(
      'names.cjs',
      `const sync = require('feathers-sync')
       console.log(JSON.stringify(${JSON.stringify(classes)}.map((name) => sync[name].name)))`
    )
    expect(found).to.deep.equal(classes)
  })

  it('loads without a driver, and without inversify', async () => {
    const bare = await Consumer.create({ files: {}, drivers: {} })
    await bare.write('bare.cjs', "console.log(typeof require('feathers-sync'))")
    expect(await bare.run('node', ['bare.cjs'])).to.equal('function\n')
  })

  for (const [driver, uri] of Object.entries({
    redis: 'redis://localhost:1',
    amqplib: 'amqp://localhost:1',
    nats: 'nats://localhost:1'
  })) {
    it(`says how ${driver} is installed where it isn't`, async () => {
      const bare = await Consumer.create({ files: {}, drivers: {} })
      await bare.write(
        'missing.cjs',
        `const { feathers } = require('@feathersjs/feathers')
         const app = feathers().configure(require('feathers-sync')({ uri: '${uri}' }))
         app.on('sync-error', () => {})
         app.sync.ready.catch(({ kind, message }) => console.log(kind + ': ' + message))`
      )
      const output = await bare.run('node', ['missing.cjs'])
      expect(output)
        .to.match(/^driver: /)
        .and.to.match(new RegExp(`npm install ${driver}(, or npm install @nats-io/transport-node)?\n`))
    })
  }

  it('takes @nats-io/transport-node where that is installed and nats is not', async () => {
    const packages = { '@nats-io/transport-node': '@nats-io/transport-node' }
    const application = await Consumer.create({ files: {}, packages, drivers: {} })
    const broker = await startNats()
    for (const file of ['application.cjs', 'application.mjs']) {
      const load = (name: string) =>
        file.endsWith('cjs') ? `require('${name}')` : `(await import('${name}')).default`
      await application.write(
        file,
        `const sync = ${load('feathers-sync')}
         const { feathers } = ${load('@feathersjs/feathers')}
         const app = feathers().configure(sync({ uri: '${broker.uri}' }))
         app.sync.ready.then(() => console.log(app.sync.status)).then(() => app.teardown())`
      )
      expect(await application.run('node', [file])).to.equal('ready\n')
    }
    await broker.stop()
  })

  it('holds what npm users expect, and no sources', async () => {
    const manifest = await print(
      'manifest.cjs',
      `const { readdirSync } = require('node:fs')
       console.log(JSON.stringify(readdirSync('node_modules/feathers-sync')))`
    )
    expect(manifest).to.include.members(['LICENSE', 'package.json', 'dist'])
    expect(manifest).not.to.include.members(['lib', 'spec'])
  })
})
