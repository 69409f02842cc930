import { expect } from 'chai'
import { createEmitter, type EmitterOptions } from '../../lib/emitter.js'
import { isRemote, type SyncError } from '../../lib/index.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { Members, range } from '../support/members.js'
import { PLACES, type Place, throughPort } from '../support/places.js'
import { startProxy } from '../support/proxy.js'

for (const [name, open] of Object.entries(PLACES)) {
  describe(`an emitter over ${name}`, () => {
    let place: Place
    const members = new Members()

    before(async () => {
      place = await open()
    })

    after(() => place.stop())
    afterEach(() => members.closeAll())

    const start = () => members.start(2, { uri: place.uri })
    const emitter = (options: Partial<EmitterOptions> = {}) =>
      createEmitter({ uri: place.uri, key: members.key, ...options })

    it('brings its events to every instance, once and in order, without a context', async () => {
      const all = await start()
      const seen: unknown[][] = []
      all[0].app
        .service('events')
        .on('made', (...args: unknown[]) => seen.push([...args, isRemote(), args.length]))
      const worker = emitter()
      for (const number of range(1, 500)) worker.service('events').emit('made', { by: 'worker', number })
      expect(await worker.close()).to.equal(0)
      await eventually(async () => {
        for (const member of all) expect(member.got('worker')).to.deep.equal(range(1, 500))
      })
      expect(seen[0]).to.deep.equal([{ by: 'worker', number: 1 }, true, 1])
      expect(all.map((member) => member.texts()).join('')).to.equal('')
    })

    it('leaves nothing behind when it has ended, however often', async () => {
      const all = await start()
      const lives = 20
      for (let life = 0; life < lives; life += 10) {
        const batch = range(life + 1, life + 10).map(async (number) => {
          const worker = emitter()
          worker.service('/events/').emit('made', { by: 'cron', number })
          return worker.close()
        })
        expect(await Promise.all(batch)).to.deep.equal(Array(10).fill(0))
      }
      await eventually(async () => {
        for (const member of all) {
          expect(member.got('cron').sort((one, other) => one - other)).to.deep.equal(range(1, lives))
          expect(member.app.sync.stats().peers).to.have.length(1)
        }
      })
      expect(all.flatMap(({ gaps }) => gaps)).to.deep.equal([])
      expect(all.map((member) => member.texts()).join('')).to.equal('')
    })
  })
}

describe('an emitter', () => {
  let place: Place
  const members = new Members()

  before(async () => {
    place = await PLACES.nats()
  })

  after(() => place.stop())
  afterEach(() => members.closeAll())

  const open = (options: Partial<EmitterOptions> = {}) => {
    const errors: SyncError[] = []
    const emitter = createEmitter({ uri: place.uri, key: members.key, ...options })
    emitter.on('sync-error', (error) => errors.push(error))
    return { emitter, errors }
  }

  it('keeps at home what `omit` names', async () => {
    const [one] = await members.start(2, { uri: place.uri })
    const seen: unknown[] = []
    one.app.service('events').on('made', (data: unknown) => seen.push(data))
    const { emitter } = open({ omit: ['pin'] })
    emitter.service('events').emit('made', { by: 'worker', number: 1, card: { pin: 1234 } })
    await emitter.close()
    await eventually(() => expect(seen).to.deep.equal([{ by: 'worker', number: 1, card: {} }]))
  })

  it('tells by `flush` when everything has been sent, and goes on', async () => {
    const [one] = await members.start(2, { uri: place.uri })
    const { emitter } = open()
    for (const number of range(1, 3)) {
      emitter.service('events').emit('made', { by: 'worker', number })
      expect(await emitter.flush()).to.equal(0)
      expect(emitter.stats().events.sent).to.equal(number)
    }
    const { frames } = emitter.stats()
    one.make(1)
    await eventually(() => emitter.stats().frames.received > frames.received)
    expect(emitter.stats().events.received, 'events of others, which it ignores').to.equal(0)
    await eventually(() => expect(one.got('worker')).to.deep.equal([1, 2, 3]))
    await emitter.close()
  })

  it('waits as long as it takes in `flush(Infinity)`', async () => {
    await members.start(1, { uri: place.uri })
    const { emitter } = open()
    emitter.service('events').emit('made', { by: 'worker', number: 1 })
    expect(await emitter.flush(Number.POSITIVE_INFINITY)).to.equal(0)
    await emitter.close()
  })

  it('tells several who flush and close at the same time', async () => {
    await members.start(2, { uri: place.uri })
    const { emitter } = open()
    emitter.service('events').emit('made', { by: 'worker', number: 1 })
    const all = [emitter.flush(), emitter.flush(), emitter.close(), emitter.close(), emitter.flush()]
    expect(await Promise.all(all)).to.deep.equal([0, 0, 0, 0, 0])
  })

  it('tells how many events could not be sent, where there is no broker', async () => {
    const { emitter, errors } = open({ uri: 'redis://localhost:1', closeTimeout: 200 })
    for (const number of range(1, 3)) emitter.service('events').emit('made', { number })
    expect(emitter.status).to.equal('connecting')
    expect(await emitter.flush(10)).to.equal(3)
    expect(await emitter.close()).to.equal(3)
    expect(emitter.status).to.equal('closed')
    expect(emitter.stats().events).to.include({ sent: 0, lost: 3 })
    expect(errors.map(({ kind }) => kind)).to.deep.equal(['connect', 'closed'])
    expect(errors[1]?.message).to.include('3 events could not be sent')
  })

  it('ends at once for an error that waiting can not fix, and tells what was not sent', async () => {
    const redis = await startRedis({ password: 's3cr' })
    const { emitter, errors } = open({ uri: redis.uri.replace('s3cr', 'wr0ng') })
    emitter.service('events').emit('made', {})
    await eventually(() => emitter.status === 'closed')
    expect(await emitter.close()).to.equal(1)
    await redis.stop()
    expect(errors.map(({ kind }) => kind)).to.deep.equal(['auth', 'closed'])
    expect(errors.map(({ message }) => message).join('\n')).not.to.include('wr0ng')
  })

  it('waits for the instances where it is the first that is back after an outage', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const [one] = await members.start(1, { uri: throughPort(redis.uri, proxy.port) })
    proxy.refuse()
    proxy.cut()
    await eventually(() => one.app.sync.status === 'reconnecting')
    const { emitter, errors } = open({ uri: redis.uri, closeTimeout: 20_000 })
    emitter.service('events').emit('made', { by: 'worker', number: 1 })
    await emitter.ready
    const closing = emitter.close()
    await eventually(() => emitter.stats().events.sent === 1)
    expect(one.got('worker')).to.deep.equal([])
    await proxy.accept()
    expect(await closing).to.equal(0)
    await eventually(() => expect(one.got('worker')).to.deep.equal([1]))
    expect(errors).to.deep.equal([])
    await members.closeAll()
    await proxy.close()
    await redis.stop()
  })

  it('reports that no instance was there', async () => {
    const { emitter, errors } = open({ closeTimeout: 500, key: 'lonely' })
    emitter.service('events').emit('made', {})
    expect(await emitter.close()).to.equal(0)
    expect(errors.map(({ kind, message }) => `${kind}: ${message}`)).to.deep.equal([
      "publish: feathers-sync: no other instance was heard under the key 'lonely': " +
        'is an application running with this broker and `key`, and without a `secret` as here?'
    ])
  })

  it('waits for nobody where nothing was emitted', async () => {
    const { emitter, errors } = open({ key: 'lonely', closeTimeout: 600_000 })
    await emitter.ready
    expect(await emitter.close()).to.equal(0)
    expect(errors).to.deep.equal([])
  })

  it('counts and reports once what is emitted after the close', async () => {
    const { emitter, errors } = open()
    await emitter.close()
    const events = emitter.service('events')
    for (const number of range(1, 3)) events.emit('made', { number })
    expect(emitter.stats().events.lost).to.equal(3)
    expect(errors.map(({ kind }) => kind)).to.deep.equal(['closed'])
  })

  it('refuses names that are none, and options of applications', async () => {
    const { emitter } = open()
    expect(() => emitter.service('')).to.throw(TypeError, 'path of a service')
    expect(() => emitter.service(undefined as never)).to.throw(TypeError, 'path of a service')
    expect(() => emitter.service('events').emit('')).to.throw(TypeError, 'name of an event')
    await emitter.close()
    expect(() => createEmitter({ uri: 'ipc:', mode: 'receive' } as never)).to.throw(
      TypeError,
      'an emitter has no `mode` option'
    )
    expect(() => createEmitter({ uri: 'localhost:6379' })).to.throw(TypeError, '`uri` option')
    expect(() => createEmitter({} as never)).to.throw(TypeError, 'A `uri` option')
    expect(() => createEmitter(undefined as never)).to.throw(TypeError, 'options have to be an object')
  })

  it('sends an event without a trace where the instrumentation throws', async () => {
    const [one] = await members.start(2, { uri: place.uri })
    const { emitter, errors } = open()
    emitter.instrument({
      send() {
        throw new Error('no trace')
      },
      deliver() {}
    })
    emitter.service('events').emit('made', { by: 'worker', number: 1 })
    emitter.instrument(undefined)
    emitter.service('events').emit('made', { by: 'worker', number: 2 })
    expect(await emitter.close()).to.equal(0)
    await eventually(() => expect(one.got('worker')).to.deep.equal([1, 2]))
    expect(errors.map(({ kind }) => kind)).to.deep.equal(['listener'])
  })

  it('goes on with an event that can not be serialized left out', async () => {
    const [one] = await members.start(2, { uri: place.uri })
    const { emitter, errors } = open()
    const data = {
      toJSON: () => {
        throw new Error('not this one')
      }
    }
    emitter.service('events').emit('made', data)
    emitter.service('events').emit('made', { by: 'worker', number: 2 })
    await emitter.close()
    await eventually(() => expect(one.got('worker')).to.deep.equal([2]))
    expect(errors.map(({ kind }) => kind)).to.deep.equal(['serialize'])
  })
})
