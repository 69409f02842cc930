import { expect } from 'chai'
import { SyncError } from 'feathers-sync'
import { eventually } from '../support/eventually.js'
import type { SyncAdapterHarness } from './harness.js'
import type { Instances } from './instances.js'
import { rejection } from './rejection.js'

const LARGE = 5 * 1024 * 1024

/** What every adapter does with bytes. */
export function describeBytes(harness: SyncAdapterHarness, instances: () => Instances): void {
  it('carries a message once to every other adapter, as soon as connect() has resolved', async () => {
    const [one, two, three] = [
      await instances().connect(),
      await instances().connect(),
      await instances().connect()
    ]
    for (const text of ['hello', 'end']) await one.adapter.publish(Buffer.from(text))
    for (const { received } of [two, three]) {
      await eventually(() => received.some((bytes) => String(bytes) === 'end'), {
        message: 'the last message'
      })
      expect(received.map(String)).to.deep.equal(['hello', 'end'])
    }
  })

  it('keeps every byte', async () => {
    const [one, two] = [await instances().connect(), await instances().connect()]
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    const invalidUtf8 = Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0x00, 0x0a, 0x0d])
    for (const message of [all, invalidUtf8, Buffer.of(0)]) await one.adapter.publish(message)
    await eventually(() => two.received.length === 3, { message: 'three messages' })
    expect(two.received).to.deep.equal([all, invalidUtf8, Buffer.of(0)])
  })

  it('does not keep the bytes it was given: they may change afterwards', async () => {
    const [one, two] = [await instances().connect(), await instances().connect()]
    const bytes = Buffer.from('before')
    await one.adapter.publish(bytes)
    bytes.write('after!')
    await eventually(() => two.received.length === 1, { message: 'the message' })
    expect(String(two.received[0])).to.equal('before')
  })

  it('keeps the order of 1,000 messages', async () => {
    const [one, two] = [await instances().connect(), await instances().connect()]
    const numbers = Array.from({ length: 1000 }, (_, index) => String(index))
    await Promise.all(numbers.map((number) => one.adapter.publish(Buffer.from(number))))
    await eventually(() => two.received.length >= 1000, { message: '1,000 messages' })
    expect(two.received.map(String)).to.deep.equal(numbers)
  })

  it('keeps apart what has another key', async () => {
    const { key } = instances()
    const [one, two] = [await instances().connect(), await instances().connect()]
    const stranger = await instances().connect(`${key}-other`)
    await stranger.adapter.publish(Buffer.from('not for you'))
    await one.adapter.publish(Buffer.from('for you'))
    await eventually(() => two.received.length > 0, { message: 'the message' })
    expect(two.received.map(String)).to.deep.equal(['for you'])
    expect(stranger.received.map(String)).not.to.include('for you')
  })

  if (harness.takesLargeMessages ?? true) {
    it('carries a message of 5 MB', async () => {
      const [one, two] = [await instances().connect(), await instances().connect()]
      await one.adapter.publish(Buffer.alloc(LARGE, 'x'))
      await eventually(() => two.received.length === 1, { message: 'the large message' })
      expect(two.received[0]?.equals(Buffer.alloc(LARGE, 'x'))).to.equal(true)
    })
  } else {
    it('refuses a message of 5 MB with a named error, and goes on', async () => {
      const [one, two] = [await instances().connect(), await instances().connect()]
      const error = await rejection(one.adapter.publish(Buffer.alloc(LARGE)))
      expect(error).to.be.instanceOf(SyncError).with.property('kind', 'too-large')
      await one.adapter.publish(Buffer.from('next'))
      await eventually(() => two.received.length > 0, { message: 'the next message' })
      expect(two.received.map(String)).to.deep.equal(['next'])
    })
  }

  it('refuses to connect twice', async () => {
    const { adapter } = await instances().connect()
    expect(await rejection(adapter.connect({ receive() {}, error() {}, status() {} }))).to.be.instanceOf(
      SyncError
    )
    expect(adapter.status).to.equal('ready')
  })
}
