import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { isRemote, SYNC, type SyncStats } from 'feathers-sync'
import { eventually } from '../support/eventually.js'
import { type Instances, settle } from './instances.js'

/** What the instances of an application see through the adapter. */
export function describeEvents(instances: () => Instances): void {
  it('delivers an event once to every other instance, and once to the listeners of its own', async () => {
    const all = await instances().start(3)
    for (const [index, { messages }] of all.entries()) await messages.create({ text: `from ${index}` })
    await settle(all)
    for (const { texts, errors } of all) {
      expect([...texts].sort()).to.deep.equal(['from 0', 'from 1', 'from 2'])
      expect(errors).to.deep.equal([])
    }
  })

  it('needs no pause after `ready`', async () => {
    const [one] = (await instances().start(1)) as [Started]
    for (const text of ['first', 'second', 'third']) {
      const late = instances().configure()
      await late.app.sync.ready
      await one.messages.create({ text })
      await late.messages.create({ text: `after ${text}` })
      await eventually(() => late.texts.includes(text), { message: 'the event at the late one' })
      await eventually(() => one.texts.includes(`after ${text}`), { message: 'the event of the late one' })
    }
  })

  it('delivers locally before create() resolves, whatever the broker does', async () => {
    const { messages, texts } = instances().configure()
    await messages.create({ text: 'local' })
    expect(texts).to.deep.equal(['local'])
  })

  it('keeps the order of 1,000 events of one instance', async () => {
    const [one, two] = (await instances().start(2)) as [Started, Started]
    const expected = Array.from({ length: 1000 }, (_, index) => `event ${index}`)
    for (const text of expected) one.messages.emit('created', { text })
    await settle([one, two])
    expect(two.texts).to.deep.equal(expected)
    expect(one.texts).to.deep.equal(expected)
  })

  it('carries an event of 5 MB, in parts where the broker takes only smaller messages', async () => {
    const [one, two] = (await instances().start(2)) as [Started, Started]
    const text = 'x'.repeat(5 * 1024 * 1024)
    await one.messages.create({ text })
    await eventually(() => two.texts.length === 1, { message: 'the large event' })
    expect(two.texts[0] === text).to.equal(true)
    await settle([one, two])
    expect(two.errors).to.deep.equal([])
  })

  it('sends custom events, events without a context, and none with context[SYNC] = false', async () => {
    const [one, two] = (await instances().start(2)) as [Started, Started]
    const seen: unknown[][] = []
    two.messages.on('liked', (...args) => seen.push(args))
    one.messages.emit('liked', { by: 'Ada' })
    one.messages.emit('created', { text: 'stays at home' }, { [SYNC]: false })
    await settle([one, two])
    expect(seen).to.deep.equal([[{ by: 'Ada' }]])
    expect(two.texts).to.deep.equal([])
    expect(one.texts).to.deep.equal(['stays at home'])
  })

  it('tells remote events from local ones', async () => {
    const [one, two] = (await instances().start(2)) as [Started, Started]
    const remote = new Map<object, unknown[]>()
    for (const instance of [one, two]) {
      instance.messages.on('created', (_data, context) =>
        remote.set(instance, [isRemote(context), isRemote()])
      )
    }
    await one.messages.create({ text: 'where from?' })
    await eventually(() => remote.size === 2, { message: 'both listeners' })
    expect(remote.get(one)).to.deep.equal([false, false])
    expect(remote.get(two)).to.deep.equal([true, true])
  })

  it('survives a listener that throws on a remote event', async () => {
    const [one, two] = (await instances().start(2)) as [Started, Started]
    two.messages.once('created', () => {
      throw new Error('not my day')
    })
    await one.messages.create({ text: 'first' })
    await eventually(() => two.errors.length > 0, { message: 'a sync-error' })
    expect(two.errors[0]?.kind).to.equal('listener')
    await one.messages.create({ text: 'next' })
    await settle([one, two])
    expect(two.texts).to.deep.equal(['first', 'next'])
    expect(two.errors).to.have.length(1)
  })

  it('survives garbage and hostile messages', async () => {
    const [one, two] = (await instances().start(2)) as [Started, Started]
    const { adapter } = await instances().connect()
    const isSealed = one.app.sync.adapter.options.secret !== undefined
    const frames: Buffer[] = []
    const tap = await instances().connect()
    await one.messages.create({ text: 'real' })
    let real: Buffer = Buffer.of()
    await eventually(
      () => {
        real = tap.received.find((frame) => isSealed || frame.includes('"real"')) ?? real
        return real.length > 0
      },
      { message: 'a frame to forge' }
    )
    for (let length = 0; length < real.length; length += 7) frames.push(real.subarray(0, length))
    for (let count = 0; count < 100; count += 1) frames.push(flipOneBit(real), randomBytes(count))
    if (!isSealed) frames.push(...hostilePayloads.map((payload) => forge(real, payload)))
    for (const frame of frames) if (frame.length > 0) await adapter.publish(frame)
    const refused = ({ errors, dropped }: SyncStats) =>
      Object.values(dropped).reduce((sum, count) => sum + count, errors)
    await eventually(() => refused(two.app.sync.stats()) > 200, { message: 'the errors to be reported' })
    await settle([one, two])
    expect(two.texts).to.deep.equal(['real'])
    expect(one.texts).to.deep.equal(['real'])
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined)
    for (const { app } of [one, two]) expect(app.sync.status).to.equal('ready')
  })

  it('hears and says nothing after app.teardown(), but still delivers locally', async () => {
    const [one, two, three] = (await instances().start(3)) as [Started, Started, Started]
    await two.app.teardown()
    await two.messages.create({ text: 'from the closed one' })
    await one.messages.create({ text: 'from the open one' })
    await settle([one, three])
    expect(three.texts).to.deep.equal(['from the open one'])
    expect(two.texts).to.deep.equal(['from the closed one'])
    expect(two.app.sync.status).to.equal('closed')
  })
}

type Started = Awaited<ReturnType<Instances['start']>>[number]

const hostilePayloads = [
  'null',
  '[]',
  '"text"',
  '{"event":"created"}',
  '{"event":"created","path":"__proto__","data":{}}',
  '{"event":"created","path":"constructor","data":{}}',
  '{"event":"created","path":"nowhere","data":{}}',
  '{"event":"error","path":"messages","data":{}}',
  '{"event":"newListener","path":"messages","data":{}}',
  '{"event":"toString","path":"messages","data":{}}',
  '{"__proto__":{"polluted":1},"event":"liked","path":"messages","data":{"__proto__":{"polluted":1}}}',
  '{"event":"liked","path":"messages","context":{"method":"__proto__","__proto__":{"polluted":1}}}',
  '{"event":"liked","path":"messages","context":{"method":"constructor","params":null,"app":0,"service":0}}',
  '{"event":"liked","path":"messages","context":[[]]}',
  `{"event":"liked","path":"messages","data":${'['.repeat(20_000)}`,
  '{"event":{"toString":1},"path":"messages"}',
  '{"event":"created","path":{"length":1}}'
]

/** The first event of an instance that nobody knows: docs/protocol.md tells the offsets. */
function forge(real: Buffer, payload: string): Buffer {
  const header = Buffer.from(real.subarray(0, 35))
  header.set(randomBytes(16), 6)
  header.writeUIntBE(1, 29, 6)
  const unit = Buffer.alloc(8)
  unit.writeUInt32BE(Buffer.byteLength(payload))
  unit.writeUInt32BE(1, 4)
  return Buffer.concat([header, unit, Buffer.from(payload)])
}

function flipOneBit(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const index = Math.floor(Math.random() * 5) // in the header: further on it might become another valid event
  copy[index] = (copy[index] as number) ^ (1 << Math.floor(Math.random() * 8))
  return copy
}
