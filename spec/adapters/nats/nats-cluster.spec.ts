import { connect } from '@nats-io/transport-node'
import { expect } from 'chai'
import { createContainer, SyncAdapter, type SyncOptions } from '../../../lib/index.js'
import type { NatsBroker } from '../../support/brokers/nats.js'
import { startNatsCluster } from '../../support/brokers/nats-cluster.js'
import { eventually } from '../../support/eventually.js'
import { type Member, Members, range } from '../../support/members.js'
import { TransportNodeAdapter } from './drivers.js'

describe('a NATS cluster of three', () => {
  let nodes: NatsBroker[]
  let members: Members
  let own: Awaited<ReturnType<typeof connect>>

  beforeEach(async () => {
    nodes = await startNatsCluster()
    members = new Members()
    own = await connect({ servers: uris()[2], maxReconnectAttempts: -1, reconnectTimeWait: 50 })
  })

  afterEach(async () => {
    await members.closeAll()
    expect(own.isClosed()).to.equal(false)
    await own.close()
    await Promise.all(nodes.map((node) => node.stop()))
  })

  const uris = () => nodes.map(({ uri }) => uri)

  /** Instances of each kind, connected to different nodes at first. */
  const start = async (): Promise<Member[]> => {
    const container = createContainer()
    container.bind(SyncAdapter).to(TransportNodeAdapter).whenNamed('nats')
    const [first = '', second = '', third = ''] = uris()
    const natsConnectionOptions = { noRandomize: true }
    const kinds: SyncOptions[] = [
      { uri: [first, second, third], natsConnectionOptions },
      { uri: `${second},${third},${first}`, natsConnectionOptions, container },
      { adapter: 'nats', natsConnection: own },
      { uri: first, natsConnectionOptions } // finds the others by what the cluster announces
    ]
    const all = kinds.map((options) => members.configure({ ...options, heartbeat: 500 }))
    await Promise.all(all.map(({ app }) => app.sync.ready))
    await eventually(() => all.every(({ app }) => app.sync.stats().peers.length === kinds.length - 1))
    return all
  }

  const expectAllOfAll = async (all: Member[]): Promise<void> => {
    for (const to of all) {
      for (const from of all.filter((other) => other !== to)) {
        await eventually(() => expect(to.got(from).length, to.texts()).to.be.at.least(from.made), {
          timeout: 20_000
        })
        expect(to.got(from)).to.deep.equal(range(1, from.made))
      }
      expect(to.gaps).to.deep.equal([])
    }
  }

  for (const [index, which] of ['first', 'second', 'third'].entries()) {
    it(`delivers each event exactly once to instances on all nodes while the ${which} is killed and comes back`, async () => {
      const all = await start()
      const make = () => {
        for (const member of all) member.make(5)
      }
      let making = true
      const steadily = (async () => {
        while (making) {
          make()
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
      })()
      await eventually(() => all.every(({ made }) => made > 50))
      await nodes[index]?.kill()
      const made = all[0]?.made ?? 0
      await eventually(() => (all[0]?.made ?? 0) > made + 100)
      await eventually(() => all.every(({ app }) => app.sync.status === 'ready'))
      await nodes[index]?.start()
      making = false
      await steadily
      make()
      await expectAllOfAll(all)
    })
  }
})
