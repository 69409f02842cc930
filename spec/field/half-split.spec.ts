import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members, range } from '../support/members.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'

/** In ms. */
const HEARTBEAT = 200
/** How many heartbeats it may take until a half-split is noticed. */
const NOTICED = 20 * HEARTBEAT

describe('a half-split: one way only', () => {
  let members: Members
  let primary: RedisBroker
  let replica: RedisBroker
  /** Connects to whichever is the primary, as a DNS name or a virtual address does. */
  let network: TcpProxy

  const replicate = (from: RedisBroker, to: RedisBroker) =>
    to.command('REPLICAOF', '127.0.0.1', `${from.port}`)
  /** Resolves when what is published at `from` is heard at `to`. */
  const follows = (to: RedisBroker) =>
    eventually(async () => (await to.command('INFO', 'replication')).includes('master_link_status:up'))
  const at = (port: number) => ({ uri: `redis://127.0.0.1:${port}`, heartbeat: HEARTBEAT })

  beforeEach(async () => {
    members = new Members()
    const args = ['--repl-diskless-sync-delay', '0']
    primary = await startRedis({ args })
    replica = await startRedis({ args })
    await replicate(primary, replica)
    await follows(replica)
    network = await startProxy(primary.port)
  })

  afterEach(async () => {
    await members.closeAll()
    await network.close()
    await Promise.all([primary.stop(), replica.stop()])
  })

  const reports = (all: Member[]) => all.flatMap(({ errors }) => errors.map(String)).join('\n')

  it('a failover that leaves connections at the old primary: all events arrive at who came to the new one', async () => {
    const [a, b] = await members.start(2, at(network.port))
    a.make(5)
    await eventually(() => b.got(a).length === 5)
    await replica.command('REPLICAOF', 'NO', 'ONE')
    await replicate(replica, primary)
    await follows(primary)
    network.targetPort = replica.port
    const c = members.configure(at(replica.port))
    await c.app.sync.ready
    a.make(20)
    b.make(20)
    c.make(20)
    await eventually(() => a.got(c).length === 20, { message: 'the way that is not cut' })
    await eventually(() => expect(reports([a, b, c]), 'the reports of the split').not.to.equal(''), {
      timeout: NOTICED,
      message: 'a report of the split'
    })
    const recovered = async () => {
      const since = c.got(a).filter((number) => number > 5) // made before c was there: they may come
      expect(since, `of a at c, which has reported: ${reports([a, b, c])}`).to.deep.equal(range(6, 25))
      expect(c.got(b), 'of b at c').to.deep.equal(range(1, 20))
    }
    await eventually(recovered, { timeout: 5000 })
    expect(a.got(c)).to.deep.equal(range(1, 20))
    expect([a, b].map(({ statuses }) => statuses.includes('reconnecting'))).to.deep.equal([true, true])
    await eventually(() => [a, b, c].every(({ app }) => app.sync.status === 'ready'))
    expect([a, b, c].flatMap(({ gaps }) => gaps)).to.deep.equal([])
  })

  it('an instance at a replica, which is heard by nobody: it is reported, and fixed where a new connection can', async () => {
    const [a, b] = await members.start(2, at(primary.port))
    network.targetPort = replica.port
    const c = members.configure(at(network.port))
    await c.app.sync.ready
    a.make(5)
    await eventually(() => c.got(a).length === 5)
    c.make(20)
    network.targetPort = primary.port
    await eventually(() => expect(reports([a, b, c]), 'the reports of the split').not.to.equal(''), {
      timeout: NOTICED,
      message: 'a report of the split'
    })
    await eventually(
      async () => {
        expect(a.got(c), `of c at a, with the reports: ${reports([a, b, c])}`).to.deep.equal(range(1, 20))
        expect(b.got(c)).to.deep.equal(range(1, 20))
      },
      { timeout: 5000 }
    )
    expect(c.statuses).to.include('reconnecting')
  })

  it('one that lasts is one report every now and then, not a storm', async () => {
    const [a, b] = await members.start(2, at(primary.port))
    const c = members.configure(at(replica.port))
    await c.app.sync.ready
    c.make(20)
    await eventually(() => expect(reports([a, b, c]), 'the reports of the split').not.to.equal(''), {
      timeout: NOTICED,
      message: 'a report of the split'
    })
    await eventually(() => c.statuses.includes('reconnecting'), {
      timeout: NOTICED,
      message: 'an attempt to fix it'
    })
    const before = [a, b, c].map(({ errors }) => errors.length)
    await delay(5000)
    for (const [index, { errors }] of [a, b, c].entries())
      expect(errors.length - (before[index] ?? 0), `reports of member ${index + 1} in 5 s`).to.be.below(5)
  })
})
