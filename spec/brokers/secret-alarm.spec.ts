import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { expectNothingDropped, Fleet } from '../faults/fleet.js'
import { PATIENCE, type RemoteInstance } from '../faults/remote-instance.js'
import { type RabbitBroker, startRabbit } from '../support/brokers/rabbitmq.js'
import { eventually } from '../support/eventually.js'

const secret = randomBytes(32).toString('base64')

/** As long as the alarm seems to last, in ms: the clocks of all are set meanwhile. */
const LONG = 600_000

/** Waits until it has been told for so many times that it may not publish. */
async function isBlocked(instance: RemoteInstance, times: number): Promise<void> {
  await instance.until(({ stats }) => stats.errorsByKind.publish === times)
}

describe('an alarm of RabbitMQ that blocks for long who publishes, with a secret', function () {
  this.timeout(180_000)
  let rabbit: RabbitBroker
  let fleet: Fleet

  before(async () => {
    rabbit = await startRabbit()
  })
  after(() => rabbit.stop())
  afterEach(() => fleet.kill())

  it('costs no event: of those who stay, of one who connects anew, and of one who comes meanwhile', async () => {
    fleet = new Fleet({ uri: rabbit.uri, secret, heartbeat: 500 })
    const members = await fleet.add(3, {}, [0, LONG])
    await Promise.all(members.map((one) => one.ready()))
    await fleet.acquainted()
    const [one, two, three] = members as [RemoteInstance, RemoteInstance, RemoteInstance]
    await one.make(100)
    await fleet.settled()
    await rabbit.eval('vm_memory_monitor:set_vm_memory_high_watermark(0)')
    await Promise.all(members.map((member) => member.make(2000, { perSecond: 2000 })))
    await Promise.all(members.map((member) => isBlocked(member, 1)))
    for (const member of members) member.setClock()
    await three.reconnect()
    const [late] = await fleet.add(1, {}, [LONG])
    await late.make(100)
    // They have subscribed, and tried to join.
    await Promise.all([isBlocked(three, 2), isBlocked(late, 1)])
    const { count } = (await two.report()).got[one.name] as { count: number }
    expect(count).to.be.below(2100)
    await rabbit.eval('vm_memory_monitor:set_vm_memory_high_watermark(0.4)')
    await late.ready()
    // Who has come late is owed what was made since.
    await Promise.all(fleet.alive.map((instance) => instance.make(50)))
    await eventually(
      async () => {
        const reports = await fleet.reports()
        for (const [index, { made }] of reports.entries()) {
          for (const [other, { got }] of reports.entries()) {
            const { next, outOfTurn } = got[`instance ${index + 1}`] ?? {}
            const text = `what instance ${other + 1} has of instance ${index + 1}`
            expect({ next, outOfTurn }, text).to.deep.equal({ next: made + 1, outOfTurn: [] })
          }
        }
      },
      { timeout: PATIENCE }
    )
    for (const { gaps } of await fleet.reports()) expect(gaps).to.deep.equal([])
    for (const { stats } of [await one.report(), await two.report()]) expectNothingDropped(stats.dropped)
    // What was sealed before the alarm is too old to them, and is sent again. What one has sent over its old connection may come after
    // what it has sent over the new one: to who has never heard it before, that is as if it came again.
    for (const { stats } of [await three.report(), await late.report()]) {
      expect(stats.dropped.outdated).to.be.above(0)
      expectNothingDropped({ ...stats.dropped, outdated: 0, replayed: 0 })
    }
  })
})
