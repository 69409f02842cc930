import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { Source } from '../support/brokers/command.js'
import type { RabbitBroker } from '../support/brokers/rabbitmq.js'
import { enter, leave, startRabbitCluster } from '../support/brokers/rabbitmq-cluster.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members, range } from '../support/members.js'

const { CURRENT_BROKERS: root } = process.env
const program = 'rabbitmq-server'
const SOURCES: Record<string, Source> = {
  'as it is installed': { program },
  ...(root && { 'of Debian trixie': { program, root } })
}
if (!root)
  console.log(`not run: the cluster of ${program} of Debian trixie, as npm run test:brokers was not used`)

/** What happens to a node, and how it ends. */
const OUTAGES: Record<string, [begin: (node: RabbitBroker) => Promise<void>, end: typeof enter]> = {
  'is killed': [(node) => node.kill(), (node) => node.start()],
  'is stopped': [leave, enter]
}

for (const [where, source] of Object.entries(SOURCES)) {
  describe(`a RabbitMQ cluster of two, ${where}`, function () {
    this.timeout(120_000)
    let nodes: RabbitBroker[] = []
    let members: Members

    before(async () => {
      nodes = await startRabbitCluster(source)
    })
    after(() => Promise.all(nodes.map((node) => node.stop())))
    beforeEach(() => {
      members = new Members()
    })
    afterEach(() => members.closeAll())

    /** How many clients a node has. */
    const connections = (node: RabbitBroker) =>
      node.eval('length([C || C <- rabbit_networking:connections(), node(C) =:= node()])')

    const expectAllOfAll = async (all: Member[]): Promise<void> => {
      for (const to of all) {
        for (const from of all.filter((other) => other !== to)) {
          await eventually(() => expect(to.got(from).length, to.texts()).to.be.at.least(from.made), {
            timeout: 30_000
          })
          expect(to.got(from)).to.deep.equal(range(1, from.made))
        }
        expect(to.gaps).to.deep.equal([])
      }
    }

    for (const [what, [begin, end]] of Object.entries(OUTAGES)) {
      for (const index of [0, 1] as const) {
        it(`delivers each event exactly once, in both directions, while node ${index + 1} ${what} and comes back`, async () => {
          const [first, second] = nodes.map(({ uri }) => uri) as [string, string]
          const one = members.configure({ uri: [first, second], heartbeat: 500 })
          const two = members.configure({ uri: `${second},${first}`, heartbeat: 500 })
          const all = [one, two]
          await Promise.all(all.map(({ app }) => app.sync.ready))
          await eventually(() => all.every(({ app }) => app.sync.stats().peers.length === 1))
          expect(await Promise.all(nodes.map(connections)), 'connections at the nodes').to.deep.equal([
            '1',
            '1'
          ])
          let making = true
          const steadily = (async () => {
            while (making) {
              for (const member of all) member.make(5)
              await delay(10)
            }
          })()
          await eventually(() => all.every(({ made }) => made > 50))
          const node = nodes[index] as RabbitBroker
          await begin(node)
          const cut = all[index] as Member
          await eventually(() => cut.statuses.includes('reconnecting'), {
            message: 'the outage to be noticed'
          })
          await eventually(() => all.every(({ app }) => app.sync.status === 'ready'), { timeout: 30_000 })
          expect(await connections(nodes[1 - index] as RabbitBroker)).to.equal('2')
          await end(node)
          const made = one.made
          await eventually(() => one.made > made + 100)
          making = false
          await steadily
          for (const member of all) member.make(5)
          await expectAllOfAll(all)
        })
      }
    }
  })
}
