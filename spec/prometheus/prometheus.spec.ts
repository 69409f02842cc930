import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { Counter, register as defaultRegister, type OpenMetricsContentType, Registry } from 'prom-client'
import sinon from 'sinon'
import { core } from '../../lib/index.js'
import { collectSyncMetrics, type SyncMetricsOptions } from '../../lib/prometheus.js'
import { eventually } from '../support/eventually.js'
import { MetricsStage, samplesOf, scrape } from './stage.js'

const KEY = 'prometheus'
const { version } = JSON.parse(await readFile('package.json', 'utf8'))

describe('collectSyncMetrics', () => {
  const { inProcess } = new MetricsStage()
  let register: Registry

  beforeEach(() => {
    register = new Registry()
  })

  /** Two instances, of which the second has got what the first has made. */
  const pair = async () => {
    const [one, two] = [inProcess(KEY), inProcess(KEY)]
    await Promise.all([one.sync.ready, two.sync.ready])
    await one.service('messages').create([{ id: 1 }, { id: 2 }])
    await eventually(() => two.sync.stats().events.received === 2)
    return [one, two] as const
  }

  it('shows what stats() has when it is scraped', async () => {
    const [one, two] = await pair()
    collectSyncMetrics(two, { register })
    await one.service('messages').create({ id: 3 })
    await eventually(() => two.sync.stats().events.received === 3)
    const { events, bytes, frames, history } = two.sync.stats()
    const samples = await scrape(register)
    expect(samples.get('feathers_sync_events_received_total')).to.equal(3)
    expect(samples.get('feathers_sync_events_waiting')).to.equal(events.waiting)
    expect(samples.get('feathers_sync_received_bytes_total')).to.equal(bytes.received)
    expect(samples.get('feathers_sync_frames_received_total')).to.equal(frames.received)
    expect(samples.get('feathers_sync_history_bytes')).to.equal(history.bytes)
    expect(samples.get('feathers_sync_peers')).to.equal(1)
    expect(samples.get('feathers_sync_up')).to.equal(1)
    expect(samples.get(`feathers_sync_info{adapter="loop",version="${version}"}`)).to.equal(1)
  })

  it('shows the same again when it is scraped again, also at the same time', async () => {
    const [, two] = await pair()
    collectSyncMetrics(two, { register })
    const texts = await Promise.all([register.metrics(), register.metrics(), register.metrics()])
    for (const text of texts) expect(samplesOf(text).get('feathers_sync_events_received_total')).to.equal(2)
  })

  it('reads the stats once for a scrape, and at no other time', async () => {
    const [one] = await pair()
    const stats = sinon.spy(one.sync, 'stats')
    collectSyncMetrics(one, { register })
    expect(stats.callCount).to.equal(0)
    await register.metrics()
    expect(stats.callCount).to.equal(1)
    await register.getMetricsAsJSON()
    expect(stats.callCount).to.equal(2)
  })

  it('goes on counting when the application is closed and set up again', async () => {
    const [one, two] = await pair()
    collectSyncMetrics(two, { register })
    await two.sync.close()
    const closed = await scrape(register)
    expect(closed.get('feathers_sync_up')).to.equal(0)
    expect(closed.get('feathers_sync_status{status="closed"}')).to.equal(1)
    expect(closed.get('feathers_sync_events_received_total')).to.equal(2)
    await two.setup()
    await two.sync.ready
    await one.service('messages').create({ id: 3 })
    await eventually(async () => (await scrape(register)).get('feathers_sync_events_received_total') === 3)
    const samples = await scrape(register)
    expect(samples.get('feathers_sync_status{status="ready"}')).to.equal(1)
    expect(samples.get('feathers_sync_status{status="closed"}')).to.equal(0)
  })

  it('has each kind of error from the start, and counts them', async () => {
    const app = inProcess(KEY)
    collectSyncMetrics(app, { register })
    await app.sync.ready
    expect((await scrape(register)).get('feathers_sync_errors_total{kind="unknown"}')).to.equal(0)
    for (let index = 0; index < 3; index += 1) app.emit('sync-in', { event: 'created', path: 'nowhere' })
    expect((await scrape(register)).get('feathers_sync_errors_total{kind="unknown"}')).to.equal(3)
  })

  it('has each reason for dropping messages from the start, and counts them', async () => {
    const [secret, other] = [1, 2].map(() => randomBytes(32).toString('base64')) as [string, string]
    const [one, two] = [inProcess(KEY, { secret }), inProcess(KEY, { secret: other })]
    collectSyncMetrics(one, { register })
    expect((await scrape(register)).get('feathers_sync_frames_dropped_total{reason="outdated"}')).to.equal(0)
    await Promise.all([one.sync.ready, two.sync.ready])
    await eventually(() => one.sync.stats().dropped.foreign > 0)
    const { foreign } = one.sync.stats().dropped
    const samples = await scrape(register)
    expect(samples.get('feathers_sync_frames_dropped_total{reason="foreign"}')).to.be.at.least(foreign)
  })

  it('has a histogram that grows from bucket to bucket, up to the count', async () => {
    const [, two] = await pair()
    collectSyncMetrics(two, { register, labels: { app: 'two' } })
    const samples = await scrape(register)
    const buckets = [...samples].filter(([name]) =>
      name.startsWith('feathers_sync_delivery_delay_seconds_bucket')
    )
    const counts = buckets.map(([, count]) => count)
    expect(counts).to.deep.equal([...counts].sort((a, b) => a - b))
    expect(buckets.at(0)?.[0]).to.match(/\{le="0\.001",app="two"\}/)
    expect(buckets.at(-1)?.[0]).to.include('le="+Inf"')
    const count = samples.get('feathers_sync_delivery_delay_seconds_count{app="two"}')
    expect(count).to.equal(counts.at(-1)).and.to.equal(two.sync.stats().delays.count)
    expect(count).to.be.above(0)
    expect(samples.get('feathers_sync_delivery_delay_seconds_sum{app="two"}')).to.be.at.least(0)
  })

  it('takes several applications, told apart by labels', async () => {
    const [one, two] = await pair()
    collectSyncMetrics(one, { register, labels: { app: 'one', shard: 1 } })
    collectSyncMetrics(two, { register, labels: { shard: 2, app: 'two' } })
    const samples = await scrape(register)
    expect(samples.get('feathers_sync_events_sent_total{app="one",shard="1"}')).to.equal(2)
    const received = [...samples].filter(([name]) => name.startsWith('feathers_sync_events_received_total'))
    expect(received.map(([, value]) => value)).to.deep.equal([0, 2])
  })

  it('takes one application on several registers, and with several prefixes', async () => {
    const [, two] = await pair()
    const other = new Registry<OpenMetricsContentType>()
    other.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    collectSyncMetrics(two, { register })
    collectSyncMetrics(two, { register, prefix: 'my_' })
    collectSyncMetrics(two, { register: other })
    const samples = await scrape(register)
    expect(samples.get('feathers_sync_events_received_total')).to.equal(2)
    expect(samples.get('my_feathers_sync_events_received_total')).to.equal(2)
    expect(samples.has('my_feathers_sync_delivery_delay_seconds_count')).to.equal(true)
    for (let time = 0; time < 2; time += 1) {
      const open = await other.metrics()
      expect(open)
        .to.match(/^# TYPE feathers_sync_events_received counter$/m)
        .and.to.match(/# EOF\n$/)
      expect(samplesOf(open).get('feathers_sync_events_received_total')).to.equal(2)
    }
  })

  it('takes the register of prom-client by default', async () => {
    collectSyncMetrics(inProcess(KEY))
    expect(await defaultRegister.metrics()).to.include('feathers_sync_up')
    defaultRegister.clear()
  })

  it('does nothing when it is called again, and registers again after clear()', async () => {
    const app = inProcess(KEY)
    collectSyncMetrics(app, { register, labels: { app: 'one' } })
    const before = register.getSingleMetric('feathers_sync_up')
    collectSyncMetrics(app, { register, labels: { app: 'one' } })
    expect(register.getSingleMetric('feathers_sync_up')).to.equal(before)
    register.clear()
    collectSyncMetrics(app, { register })
    expect((await scrape(register)).has('feathers_sync_up')).to.equal(true)
  })

  it('leaves out metrics that were removed', async () => {
    const app = inProcess(KEY)
    collectSyncMetrics(app, { register, labels: { app: 'one' } })
    register.removeSingleMetric('feathers_sync_up')
    collectSyncMetrics(inProcess(KEY), { register, labels: { app: 'two' } })
    expect(await register.metrics()).not.to.include('feathers_sync_up')
    expect((await scrape(register)).get('feathers_sync_peers{app="two"}')).to.equal(0)
  })

  describe('refuses', () => {
    const refused = (options: unknown, app = inProcess(KEY)) =>
      expect(() => collectSyncMetrics(app, { register, ...(options as SyncMetricsOptions) }))

    afterEach(() => {
      expect(
        register.getMetricsAsArray().filter(({ name }) => name === 'feathers_sync_peers')
      ).to.have.length.below(2)
    })

    it('an application without sync, and says what to do', () => {
      refused({}, feathers()).to.throw(Error, 'call app.configure(sync(...)) before collectSyncMetrics(app)')
      expect(register.getMetricsAsArray()).to.deep.equal([])
    })

    it('what is no application', () => {
      for (const wrong of [undefined, 5])
        expect(() => collectSyncMetrics(wrong as never, { register })).to.throw(
          Error,
          'call app.configure(sync'
        )
    })

    it('a functional adapter', () => {
      const app = feathers().configure(core)
      app.sync = { type: 'mine', ready: Promise.resolve() }
      refused({}, app).to.throw(Error, "the functional adapter 'mine', which has no stats()")
      expect(register.getMetricsAsArray()).to.deep.equal([])
    })

    it('two applications with the same labels, and one with others', () => {
      const app = inProcess(KEY)
      collectSyncMetrics(app, { register, labels: { app: 'one' } })
      refused({ labels: { app: 'one' } }).to.throw(Error, "the same labels: { app: 'one' }")
      refused({ labels: { app: 'two' } }, app).to.throw(Error, "with other labels: { app: 'one' }")
      refused({}).to.throw(
        Error,
        "has to have the names that the first application on this register gave: [ 'app' ]"
      )
      refused({ labels: { name: 'one' } }).to.throw(Error, "and has [ 'name' ]")
    })

    it('a register that has metrics of these names', () => {
      new Counter({ name: 'feathers_sync_errors_total', help: 'other', registers: [register] })
      refused({}).to.throw(Error, 'not of this collector: give it another `prefix`, or another `register`')
      expect(register.getMetricsAsArray()).to.have.length(1)
    })

    it('options that it cannot use', () => {
      const cases: [unknown, string][] = [
        [{ prefix: '9' }, '`prefix` has to be letters, digits, _ and :, and no digit first'],
        [{ prefix: 5 }, 'and is 5'],
        [{ labels: ['a'] }, "`labels` has to be an object of names and values, and is [ 'a' ]"],
        [{ labels: { 'a-b': 1 } }, "the label 'a-b' has to be letters, digits and _"],
        [{ labels: { __a: 1 } }, "the label '__a' has to be"],
        [{ labels: { kind: 'a' } }, "the label 'kind' is one of the metrics' own"],
        [{ labels: { le: 'a' } }, "the label 'le' is one of the metrics' own"],
        [{ labels: { app: undefined } }, "the label 'app' has to be a string or a number, and is undefined"],
        [{ register: {} }, '`register` has to be a Registry of prom-client'],
        [
          { registry: new Registry() },
          "there is no option 'registry', only `register`, `prefix` and `labels`"
        ]
      ]
      for (const [options, text] of cases) refused(options).to.throw(TypeError, text)
      for (const options of [null, 'my_'])
        expect(() => collectSyncMetrics(feathers(), options as never)).to.throw(
          TypeError,
          'the options have to be an object of `register`, `prefix` and `labels`, and are'
        )
      expect(register.getMetricsAsArray()).to.deep.equal([])
    })
  })
})
