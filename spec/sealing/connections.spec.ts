import { randomBytes, randomUUID } from 'node:crypto'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync, { createContainer, SyncAdapter } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { LoopAdapter } from '../support/loop-adapter.js'
import { Party } from './stage.js'

const secret = randomBytes(32).toString('base64')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('sealed frames over a new connection', () => {
  let one: Party
  let two: Party

  beforeEach(() => {
    one = new Party({ secret })
    two = new Party({ secret })
    expectTaken(seal(1))
    expectTaken(seal(2))
  })

  const seal = (last: number) => ({ plain: hex(one.frame(last)), sealed: one.seal(one.frame(last)) })

  function expectTaken({ plain, sealed }: ReturnType<typeof seal>): void {
    expect(two.open(sealed)).to.equal(plain)
  }

  const pass = (ms: number) => {
    for (const party of [one, two]) party.now += ms
  }

  it('are taken while they are not older than a minute, and reported with the clock if they are', () => {
    const [old, young] = [seal(3), seal(4)]
    two.sealing.disconnected()
    pass(MINUTE + 1)
    expect(two.open(old.sealed)).to.equal('outdated')
    expect(two.errors[0]?.message).to.match(/first .* over this connection.*compare the clock/)
    two.now -= 1
    expectTaken(young)
  })

  it('may be of any age after the first one, and as over the connection before', () => {
    two.sealing.disconnected()
    expectTaken(seal(3))
    const late = seal(4)
    pass(HOUR)
    expectTaken(late)
    expectTaken(seal(5))
  })

  it('are dropped if they were sealed before the first one: nobody who was away is shown a recording, however it begins', () => {
    const recorded = [seal(3), seal(4)]
    pass(HOUR)
    two.sealing.disconnected()
    for (const { sealed } of recorded) expect(two.open(sealed)).to.equal('outdated')
    expectTaken(seal(5))
    for (const { sealed } of recorded) expect(two.open(sealed)).to.equal('replayed')
  })

  it('are dropped if they were taken over the one before', () => {
    const [taken, skipped, last] = [seal(3), seal(4), seal(5)]
    expectTaken(taken)
    expectTaken(last)
    two.sealing.disconnected()
    expectTaken(skipped)
    for (const { sealed } of [taken, skipped, last]) expect(two.open(sealed)).to.equal('replayed')
    expectTaken(seal(6))
  })

  for (const [whose, set] of [
    ['sender', () => one],
    ['receiver', () => two]
  ] as const) {
    for (const by of [HOUR, -HOUR]) {
      it(`are taken where the clock of the ${whose} was set by ${by / HOUR} h while they knew each other, and set right`, () => {
        set().now += by
        expectTaken(seal(3))
        two.sealing.disconnected()
        expectTaken(seal(4))
        two.sealing.disconnected()
        set().now -= by
        expectTaken(seal(5))
        expect(two.dropped).to.deep.equal({})
      })
    }
  }

  it('are taken again when the clock that was set wrong meanwhile is right', () => {
    two.sealing.disconnected()
    two.now += HOUR
    const { sealed, plain } = seal(3)
    expect(two.open(sealed)).to.equal('outdated')
    two.now -= HOUR
    expect(two.open(sealed)).to.equal(plain)
  })
})

describe('an application that has connected anew', () => {
  it('takes no recording of what was sent before', async () => {
    const key = randomUUID()
    const container = createContainer()
    container.bind(SyncAdapter).to(LoopAdapter).whenNamed('loop')
    const app = feathers().configure(sync({ adapter: 'loop', key, secret, container }))
    app.on('sync-error', () => {})
    try {
      await app.sync.ready
      const { adapter } = app.sync
      const one = new Party({ secret, key })
      one.now = Date.now()
      await adapter.publish(one.seal(one.frame(0)))
      await eventually(() => app.sync.stats().peers.length === 1)
      one.now -= MINUTE + 1000
      const recorded = one.seal(one.frame(0))
      adapter.reconnect(new Error('lost'))
      await eventually(() => adapter.status === 'ready')
      await adapter.publish(recorded)
      await eventually(() => app.sync.stats().dropped.outdated === 1)
    } finally {
      await app.sync.close()
    }
  })
})
