import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { stub } from 'sinon'
import { SyncAdapter } from '../../lib/index.js'
import { linkTo } from '../../lib/sync/session-link.js'
import { Party } from '../sealing/stage.js'

/** The size of what a seal adds. */
const OVERHEAD = 54

class RecordingAdapter extends SyncAdapter {
  override readonly type = 'recording'
  readonly published: Uint8Array[] = []
  isFull = false

  override get maxPayload(): number {
    return 1000
  }

  override get isBlocked(): boolean {
    return this.isFull
  }

  override async publish(bytes: Uint8Array): Promise<void> {
    this.published.push(bytes)
  }

  protected override async doConnect(): Promise<void> {}
  protected override async doPublish(): Promise<void> {}
  protected override async doClose(): Promise<void> {}
}

describe('linkTo', () => {
  const secret = randomBytes(32).toString('base64')
  let adapter: RecordingAdapter

  beforeEach(() => {
    adapter = new RecordingAdapter()
  })

  it('publishes sealed what delivery publishes, and leaves room for the seal', async () => {
    const [one, two] = [new Party({ secret }), new Party({ secret })]
    const link = linkTo(
      adapter,
      () => true,
      () => one.sealing
    )
    expect(link.maxPayload).to.equal(1000 - OVERHEAD)
    const largest = Buffer.concat([one.frame().subarray(0, 22), Buffer.alloc(link.maxPayload - 22)])
    await link.publish(largest)
    const [published = Buffer.alloc(0)] = adapter.published
    expect(published).to.have.length(1000)
    expect(two.open(published)).to.equal(largest.toString('hex'))
  })

  it('publishes as it is where nothing is sealed', async () => {
    for (const party of [new Party({}), new Party({ secret: { keys: secret, plain: 'send' } })]) {
      const link = linkTo(
        adapter,
        () => true,
        () => party.sealing
      )
      expect(link.maxPayload).to.equal(1000)
      const frame = party.frame()
      await link.publish(frame)
      expect(adapter.published.pop()).to.equal(frame)
    }
  })

  it('connects as long as the adapter serves another session, and then has its state', () => {
    let isFree = false
    const { sealing } = new Party({})
    const link = linkTo(
      adapter,
      () => isFree,
      () => sealing
    )
    expect(link.status).to.equal('connecting')
    isFree = true
    expect(link.status).to.equal(adapter.status).and.not.equal('connecting')
    expect([link.isBlocked, link.echoes]).to.deep.equal([false, adapter.echoes])
    adapter.isFull = true
    expect(link.isBlocked).to.equal(true)
    const reconnect = stub(adapter, 'reconnect')
    const cause = new Error('nothing comes back')
    link.reconnect(cause)
    expect(reconnect.args).to.deep.equal([[cause]])
  })
})
