import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import sinon from 'sinon'
import { SyncError, type SyncErrorKind } from '../../lib/errors.js'
import { Reporter } from '../../lib/sync/reporter.js'

describe('Reporter', () => {
  let app: EventEmitter
  let reporter: Reporter
  let printed: sinon.SinonStub

  const lines = () => printed.args.map(([line]) => line)
  const fail = (kind: SyncErrorKind, message: string) => reporter.error(new SyncError(kind, message))

  beforeEach(() => {
    app = new EventEmitter()
    reporter = new Reporter(app)
    printed = sinon.stub(console, 'error')
  })

  afterEach(() => {
    printed.restore()
  })

  describe('#error', () => {
    it('hands the error to the listeners, counts it, and prints nothing', () => {
      const errors: SyncError[] = []
      app.on('sync-error', (error) => errors.push(error))
      const error = new SyncError('connect', 'away')
      reporter.error(error)
      expect(errors).to.deep.equal([error])
      expect(reporter.count).to.equal(1)
      expect(lines()).to.deep.equal([])
    })

    it('counts each kind, and no other', () => {
      app.on('sync-error', () => {})
      for (const kind of ['connect', 'too-large', 'connect'] as const) fail(kind, 'again')
      fail('__proto__' as SyncErrorKind, 'made up')
      const { connect, 'too-large': tooLarge, ...others } = reporter.countByKind
      expect({ connect, tooLarge }).to.deep.equal({ connect: 2, tooLarge: 1 })
      expect(new Set(Object.values(others))).to.deep.equal(new Set([0]))
      expect(Object.keys(others)).to.have.length(14)
    })

    it('prints one line for the first failure of an outage where nobody listens', () => {
      fail('connect', 'away')
      fail('publish', 'lost')
      fail('timeout', 'late')
      fail('overflow', 'too many')
      fail('connect', 'still away')
      expect(lines()).to.deep.equal(['away'])
      expect(reporter.count).to.equal(5)
    })

    it('prints the first of each other kind', () => {
      fail('deserialize', 'no JSON')
      fail('deserialize', 'no JSON again')
      fail('unknown', 'no service')
      expect(lines()).to.deep.equal([
        "no JSON (further errors of this kind: app.on('sync-error'))",
        "no service (further errors of this kind: app.on('sync-error'))"
      ])
    })

    it('prints each reason why messages are dropped', () => {
      for (const text of ['not sealed', 'altered', 'not sealed']) fail('secret', text)
      expect(lines()).to.deep.equal([
        "not sealed (further errors of this kind: app.on('sync-error'))",
        "altered (further errors of this kind: app.on('sync-error'))"
      ])
    })

    it('prints one short line, whatever came in', () => {
      fail('unknown', `first\r\nsecond\u2028third\u001b[31m${'x'.repeat(5000)}`)
      const [line] = lines()
      expect(line).to.match(/^first second third \[31mxxx/)
      expect(line).to.have.length.below(1001)
    })

    it('prints the first gap, in words for one event and for several', () => {
      for (const missed of [1, 2]) {
        new Reporter(app).gap({ origin: 'a', from: 1, to: missed, missed })
      }
      expect(lines()).to.deep.equal([
        "feathers-sync: 1 event of another instance was lost (further ones: app.on('sync-gap'))",
        "feathers-sync: 2 events of another instance were lost (further ones: app.on('sync-gap'))"
      ])
    })

    it('contains a listener that throws', () => {
      const thrown = new Error('not my day')
      app.on('sync-error', () => {
        throw thrown
      })
      fail('connect', 'away')
      expect(printed.args).to.deep.equal([['feathers-sync: a sync-error listener threw', thrown]])
    })
  })

  describe('#recovered', () => {
    let clock: sinon.SinonFakeTimers

    beforeEach(() => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    })

    afterEach(() => clock.restore())

    it('prints the end of an outage that had a line, once, and the next outage has lines again', () => {
      fail('connect', 'away')
      reporter.recovered('here')
      clock.tick(2000)
      reporter.recovered('still here')
      clock.tick(2000)
      fail('connect', 'away again')
      reporter.recovered('here again')
      clock.tick(2000)
      expect(lines()).to.deep.equal(['away', 'here', 'away again', 'here again'])
    })

    it('takes a connection that is lost again within 2 s for a part of the outage', () => {
      for (let time = 0; time < 50; time += 1) {
        fail('connect', 'away')
        reporter.recovered('here')
        clock.tick(1999)
      }
      clock.tick(1)
      expect(lines()).to.deep.equal(['away', 'here'])
    })

    it('prints the line of an outage though something was refused before', () => {
      fail('publish', 'refused')
      fail('connect', 'away')
      reporter.recovered('here')
      clock.tick(2000)
      expect(lines().slice(1)).to.deep.equal(['away', 'here'])
    })

    it('prints nothing where there was no outage, or somebody has been told', () => {
      reporter.recovered('here')
      app.on('sync-error', () => {})
      fail('connect', 'away')
      reporter.recovered('here')
      clock.tick(2000)
      expect(lines()).to.deep.equal([])
    })

    it('prints nothing after the connection was closed on purpose', () => {
      fail('connect', 'away')
      reporter.recovered('here')
      reporter.closed()
      clock.tick(2000)
      expect(lines()).to.deep.equal(['away'])
    })
  })

  describe('repeats', () => {
    let clock: sinon.SinonFakeTimers
    let heard: string[]

    beforeEach(() => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
      heard = []
      app.on('sync-error', ({ message }) => heard.push(message))
    })

    afterEach(() => clock.restore())

    it('are counted, and reported with their count after 10 s', () => {
      for (let time = 0; time < 1000; time += 1) fail('unknown', 'no service')
      expect(heard).to.deep.equal(['no service'])
      expect(reporter.count).to.equal(1000)
      clock.tick(10_000)
      fail('unknown', 'no service')
      expect(heard).to.deep.equal(['no service', 'no service (and 999 more since the last report)'])
    })

    it('of another kind or subject are no repeats', () => {
      fail('unknown', 'one')
      fail('unknown', 'two')
      fail('frame', 'one')
      expect(heard).to.deep.equal(['one', 'two', 'one'])
    })

    it('begin anew when an outage is over', () => {
      fail('connect', 'away')
      reporter.recovered('here')
      clock.tick(2000)
      fail('connect', 'away')
      expect(heard).to.deep.equal(['away', 'away'])
    })
  })

  describe('#emit', () => {
    it('contains a listener that rejects', async () => {
      for (const event of ['sync-status', 'sync-error', 'sync-gap'] as const) {
        app.once(event, async () => {
          throw new Error(`${event} rejected`)
        })
        reporter.emit(event, {})
      }
      await new Promise((resolve) => setImmediate(resolve)) // an unhandled rejection would fail the test
      expect(lines()).to.deep.equal(
        ['sync-status', 'sync-error', 'sync-gap'].map((event) => `feathers-sync: a ${event} listener threw`)
      )
    })

    it('emits, and contains a listener that throws', () => {
      const thrown = new Error('not my day')
      const seen: unknown[] = []
      app.on('sync-status', (status) => {
        seen.push(status)
        throw thrown
      })
      reporter.emit('sync-status', 'ready')
      expect(seen).to.deep.equal(['ready'])
      expect(printed.args).to.deep.equal([['feathers-sync: a sync-status listener threw', thrown]])
    })
  })
})
