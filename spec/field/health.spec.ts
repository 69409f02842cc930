import { expect } from 'chai'
import { startNats } from '../support/brokers/nats.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members } from '../support/members.js'

const OWN = 'clients of this instance get the events of this instance only'

describe('the health of an instance whose broker', function () {
  this.timeout(60_000)
  let members: Members

  beforeEach(() => {
    members = new Members()
  })
  afterEach(() => members.closeAll())

  const health = ({ app }: Member) => app.sync.health()

  it('refuses its credentials: it is unhealthy, and the reason has none of them', async () => {
    const broker = await startRedis({ password: 'right' })
    try {
      const member = members.configure({ uri: broker.uri.replace('right', 'confidential') })
      await eventually(() => member.app.sync.status === 'closed')
      expect(health(member)).to.include({ healthy: false, status: 'closed', waiting: 0, peers: 0 })
      expect(health(member).reason).to.match(new RegExp(`was refused: .*: this is not tried again, ${OWN}$`))
      expect(health(member).reason).to.not.contain('confidential')
    } finally {
      await broker.stop()
    }
  })

  it('takes nothing of some from the beginning: these are unhealthy, the others are not', async () => {
    const login = { password: 'x' }
    const users = [
      { ...login, user: 'one', permissions: { subscribe: '>', publish: { deny: '>' } } },
      { ...login, user: 'two', permissions: { subscribe: '>', publish: '>' } }
    ]
    const broker = await startNats({ config: { authorization: { users } } })
    try {
      const [one, two] = ['one', 'two'].map((name) =>
        members.configure({ uri: `nats://${name}:x@127.0.0.1:${broker.port}` })
      ) as [Member, Member]
      await Promise.all([one.app.sync.ready, two.app.sync.ready])
      expect(health(one)).to.include({ healthy: false, status: 'ready' })
      expect(health(one).reason).to.match(
        /^the broker takes nothing of this instance; it gets .*\(.*permission/i
      )
      expect(health(two)).to.include({ healthy: true, status: 'ready' }).and.not.have.property('reason')
    } finally {
      await broker.stop()
    }
  })
})
