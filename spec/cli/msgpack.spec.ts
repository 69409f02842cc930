import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { createContainer, Serializer } from '../../lib/index.js'
import { MsgpackSerializer } from '../../lib/msgpack.js'
import { command, start } from '../support/command-line.js'
import { eventually } from '../support/eventually.js'
import { Members } from '../support/members.js'

describe('feathers-sync --serializer msgpack', () => {
  const uri = `ipc:///tmp/feathers-sync-${randomUUID().slice(0, 8)}.sock`
  const members = new Members()
  const options = ['--key', members.key, '--serializer', 'msgpack']
  let service: EventEmitter

  before(async () => {
    const container = createContainer()
    ;(await container.rebind(Serializer)).to(MsgpackSerializer)
    const [{ app }] = await members.start(1, { uri, container })
    service = app.service('events') as unknown as EventEmitter
  })
  after(() => members.closeAll())

  it('shows the data, as far as JSON can', async () => {
    const watch = start(['watch', uri, ...options, '--data', '--count', '2'])
    await eventually(() => watch.output.includes(' is here'))
    const circle: Record<string, unknown> = { id: 2 }
    circle.self = circle
    service.emit('made', { id: 1, map: new Map([['a', 1]]), set: new Set([1n]), at: new Date(0) })
    service.emit('made', circle)
    const { code, output } = await watch.ended
    expect(code).to.equal(0)
    expect(output).to.include('{"id":1,"map":{"a":1},"set":["1"],"at":"1970-01-01T00:00:00.000Z"}')
    expect(output).to.match(/ 2 \d+ B "<ref \*1> \{ id: 2, self: \[Circular \*1\] \}"/)
  })

  it('emits what the instances can read', async () => {
    const got: unknown[] = []
    service.on('made', (data) => got.push(data))
    const { code } = await command(['emit', uri, 'events', 'made', '{"id":3}', ...options])
    expect(code).to.equal(0)
    await eventually(() => got.length === 1)
    expect(got).to.deep.equal([{ id: 3 }])
  })
})
