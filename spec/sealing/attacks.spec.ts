import { randomBytes } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { Random } from '../soak/random.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members, range } from '../support/members.js'
import { Attacker } from './attacker.js'
import { attackSeed, Mutations } from './mutations.js'
import { expectUnreadable } from './unreadable.js'

const MESSAGES = 4000
const BATCH = 50
/** After how long an event is there at the latest whose message was lost, and that no other follows, in ms. */
const ORDINARY_LOSS = 1000
const RECORD = 'what nobody else may read'

const secret = randomBytes(32).toString('base64')

/** One event with something to read in it, and when it was made. */
function make(member: Member): void {
  const service = member.app.service('events') as unknown as EventEmitter
  member.made += 1
  service.emit('made', { by: member.name, number: member.made, text: RECORD, at: performance.now() })
}

/** How long the slowest event has taken to a member, in ms. */
function slowestAt(member: Member): () => number {
  let most = 0
  const service = member.app.service('events') as unknown as EventEmitter
  service.on('made', ({ by, at }) => {
    if (by !== member.name) most = Math.max(most, performance.now() - at)
  })
  return () => most
}

// On all brokers, with many more messages and from the middle as well: spec/brokers/attacks.spec.ts.
describe('an attacker on the broker', () => {
  const seed = attackSeed()
  const members = new Members()
  let redis: RedisBroker
  let attacker: Attacker

  before(async () => {
    redis = await startRedis()
    attacker = await Attacker.join('redis', redis.uri, members.key)
  })
  after(async () => {
    await attacker.close()
    await members.closeAll()
    await redis.stop()
  })

  it(`delivers no event, learns no record, delays none and makes nobody send, with ${MESSAGES} messages (seed ${seed})`, async () => {
    const mutations = new Mutations(new Random(seed), members.key)
    const recorded: Buffer[] = []
    attacker.listen((bytes) => {
      mutations.record(bytes)
      recorded.push(bytes)
    })
    const all = await members.start(3, { uri: redis.uri, secret, heartbeat: 60_000 })
    const slowest = all.map(slowestAt)
    const attack = async (during: () => void) => {
      for (let sent = 0; sent < MESSAGES / 2; sent += BATCH) {
        const hostile = range(1, BATCH).map(() => mutations.next())
        during()
        await Promise.all(hostile.map((bytes) => attacker.send(bytes)))
      }
    }
    await attack(() => all.forEach(make))
    await eventually(async () => {
      for (const to of all)
        for (const from of all) expect(to.got(from)).to.deep.equal(to === from ? [] : range(1, from.made))
      for (const { app, made } of all) expect(app.sync.stats().events.sent).to.equal(made)
    })
    const sent = () => all.map(({ app }) => app.sync.stats().frames.sent)
    const before = sent()
    await attack(() => {})
    const dropped = ({ app }: Member) =>
      Object.values(app.sync.stats().dropped).reduce((sum, count) => sum + count, 0)
    await eventually(() => all.every((member) => dropped(member) === MESSAGES))
    expect(sent()).to.deep.equal(before)
    for (const { app, errors, gaps, made } of all) {
      const { dropped, events } = app.sync.stats()
      expect(events.received).to.equal(2 * made)
      for (const reason of ['unsealed', 'foreign', 'altered', 'replayed'] as const)
        expect(dropped[reason], reason).to.be.greaterThan(50)
      expect(errors.map(({ kind }) => kind)).to.deep.equal(Array(4).fill('secret'))
      expect(gaps).to.deep.equal([])
      expect(app.sync.health()).to.deep.include({ healthy: true, status: 'ready' })
    }
    expect(Math.max(...slowest.map((most) => most()))).to.be.below(ORDINARY_LOSS)
    expectUnreadable(recorded, [RECORD, 'member 1', '"by"', 'made', 'number'])
  })
})
