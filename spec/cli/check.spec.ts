import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { command } from '../support/command-line.js'
import { Members } from '../support/members.js'
import { PLACES, type Place } from '../support/places.js'

describe('feathers-sync check', () => {
  const members = new Members()
  afterEach(() => members.closeAll())

  for (const [adapter, place] of Object.entries(PLACES)) {
    describe(`on ${adapter}`, () => {
      let broker: Place
      let uri: string

      before(async () => {
        broker = await place()
        uri = broker.uri
      })
      after(() => broker.stop())

      it('finds no problem, the broker and its version, and the instances that are there', async () => {
        await members.start(2, { uri })
        const { code, output, errors } = await command(['check', uri, '--key', members.key])
        expect(errors).to.equal('')
        expect(output).to.match(/✓ connection +connected and subscribed in [\d.]+ m?s/)
        const name = {
          redis: 'Redis \\d',
          amqp: 'RabbitMQ \\d',
          nats: 'NATS \\d',
          ipc: 'ipc, another process'
        }[adapter]
        expect(output).to.match(new RegExp(`✓ broker +${name}`))
        expect(output).to.match(/✓ rights +may publish and subscribe/)
        expect(output).to.match(
          /✓ round trip +median [\d.]+ ms, p99 [\d.]+ m?s \(\d+ messages, one at a time\)/
        )
        expect(output).to.match(/✓ largest message +\d+ MiB.*; an event may have up to 64 MiB/)
        expect(output).to.match(adapter === 'redis' ? /✓ clock +the same as/ : /✓ clock +not told by/)
        expect(output).to.match(/✓ instances +2 instances\n {19}[\da-f]{8}.*, up for [\d.]+ s\n/)
        expect(output).to.match(/\nNo problem was found\.\n$/)
        expect(code).to.equal(0)
      })
    })
  }

  it('is one JSON document with --json, and says that nobody is there', async () => {
    const env = { FEATHERS_SYNC_URI: `ipc:///tmp/feathers-sync-${randomUUID().slice(0, 8)}.sock` }
    const { code, output } = await command(['check', '--json', '--key', 'nobody'], { env })
    const found = JSON.parse(output)
    expect(code).to.equal(0)
    expect(found).to.include({ ok: true, uri: env.FEATHERS_SYNC_URI, adapter: 'ipc', key: 'nobody' })
    expect(found.rights).to.deep.equal({ subscribe: true, publish: true })
    expect(found.roundTrip.median).to.be.above(0).and.at.most(found.roundTrip.p99)
    expect(found.instances).to.deep.equal([])
    expect(found.findings.map(({ status }: { status: string }) => status)).to.deep.equal([
      ...Array(6).fill('ok'),
      'note' // no instances
    ])
  })
})
