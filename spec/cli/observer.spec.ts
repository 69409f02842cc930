import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { Observer } from '../../lib/cli/observe/observer.js'
import type { Place } from '../../lib/cli/place.js'
import type { SyncGap } from '../../lib/delivery/environment.js'
import { batchOf } from '../../lib/delivery/wire/batch.js'
import { encodeFrame, newOrigin } from '../../lib/delivery/wire/frame.js'
import type { SyncError } from '../../lib/errors.js'
import type { SealingKeys } from '../../lib/sealing/sealing-keys.js'
import { sealingKeys } from '../../lib/sealing/secret-option.js'
import type { ResolvedOptions } from '../../lib/sync/options.js'
import { Party } from '../sealing/stage.js'
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
  let errors: SyncError[]
  let isAway: boolean

  /** @param early comes in before the adapter says that it has connected */
  async function observe(
    early?: Uint8Array,
    key: string = randomUUID(),
    secret?: SealingKeys
  ): Promise<void> {
    class Early extends LoopAdapter {
      protected override async doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
        await super.doConnect(receive)
        if (early) receive(early)
      }
    }
    const options = { adapter: 'loop', key, secret } as unknown as ResolvedOptions
    adapter = new Early()
    adapter.options = options
    const place: Place = {
      uri: 'loop:',
      key,
      options,
      secret: () => ({}),
      adapter: () => adapter
    }
    ;[seen, gaps, errors] = [[], [], []]
    observer = new Observer(place, {
      events: (_instance, _payload, first) => seen.push(first),
      gap: (gap) => gaps.push(gap),
      came: () => {},
      went: () => {},
      plain: () => {},
      away: (away) => {
        isAway = away
      },
      error: (error) => errors.push(error)
    })
    await observer.connect({ timeout: 1000, signal: new AbortController().signal })
  }
  afterEach(async () => {
    await observer.close()
    expect(errors).to.deep.equal([])
  })

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

  it('shows no recording of what was sent while it was away', async () => {
    const [key, secret] = [randomUUID(), randomBytes(32).toString('base64')]
    await observe(undefined, key, sealingKeys(secret, key))
    const instance = new Party({ secret, key, origin })
    instance.now = Date.now()
    await adapter.publish(instance.seal(events(origin, 1)))
    await eventually(() => seen.length === 1)
    instance.now -= 61_000
    const recorded = instance.seal(events(origin, 2))
    adapter.reconnect(new Error('lost'))
    expect(isAway).to.equal(true)
    await eventually(() => !isAway)
    expect(errors.splice(0).map(({ kind }) => kind)).to.deep.equal(['connect'])
    await adapter.publish(recorded)
    await eventually(() => errors.length > 0)
    expect(errors.splice(0).map(({ kind }) => kind)).to.deep.equal(['secret'])
    expect(seen).to.deep.equal([1])
  })
})
