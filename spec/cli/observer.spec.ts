import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { Observer } from '../../lib/cli/observe/observer.js'
import type { Place } from '../../lib/cli/place.js'
import type { SyncGap } from '../../lib/delivery/environment.js'
import { batchOf } from '../../lib/delivery/wire/batch.js'
import { encodeFrame, newOrigin } from '../../lib/delivery/wire/frame.js'
import type { ResolvedOptions } from '../../lib/sync/options.js'
import { eventually } from '../support/eventually.js'
import { LoopAdapter } from '../support/loop-adapter.js'

/** Events of an instance that has existed for `age` ms. */
const events = (origin: string, first: number, retransmission = false, age = 10) =>
  encodeFrame({
    kind: 'events',
    origin,
    age,
    retransmission,
    ...batchOf([{ first, count: 1, payload: Buffer.from(`\0event ${first}`) }])
  })

describe('Observer', () => {
  const origin = newOrigin()
  let adapter: LoopAdapter
  let observer: Observer
  let seen: number[]
  let gaps: SyncGap[]

  /** @param early comes in before the adapter says that it has connected */
  async function observe(early?: Uint8Array): Promise<void> {
    class Early extends LoopAdapter {
      protected override async doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
        await super.doConnect(receive)
        if (early) receive(early)
      }
    }
    const options = { adapter: 'loop', key: randomUUID() } as unknown as ResolvedOptions
    adapter = new Early()
    adapter.options = options
    const place: Place = {
      uri: 'loop:',
      key: options.key,
      options,
      secret: () => ({}),
      adapter: () => adapter
    }
    ;[seen, gaps] = [[], []]
    observer = new Observer(place, {
      events: (_instance, _payload, first) => seen.push(first),
      gap: (gap) => gaps.push(gap),
      came: () => {},
      went: () => {},
      plain: () => {},
      away: () => {},
      error: (error) => {
        throw error
      }
    })
    await observer.connect({ timeout: 1000, signal: new AbortController().signal })
  }
  afterEach(() => observer.close())

  it('misses nothing of what was sent before it had connected, though its sender is young', async () => {
    await observe(events(origin, 50))
    expect(seen).to.deep.equal([50])
  })

  it('misses what a younger instance sent, and says so', async () => {
    await observe()
    await adapter.publish(events(origin, 3, false, 0))
    await eventually(() => gaps.length === 1)
    expect(gaps[0]).to.include({ from: 1, to: 2 })
    expect(seen).to.deep.equal([3])
  })

  it('begins with the first event that is not sent again for others', async () => {
    await observe()
    await adapter.publish(events(origin, 7, true, 60_000))
    await adapter.publish(events(origin, 50, false, 60_000))
    await eventually(() => seen.length > 0)
    expect(seen).to.deep.equal([50])
  })
})
