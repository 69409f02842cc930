import { expect } from 'chai'
import { createEmitter, type EmitterOptions } from '../../lib/emitter.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { Members, range } from '../support/members.js'
import { PLACES, type Place } from '../support/places.js'

const TOO_LARGE = Buffer.alloc(64 * 1024 * 1024 + 1)

/** Nobody listens there. */
const NOWHERE = 'redis://localhost:1'

describe('what an emitter could not send', () => {
  const members = new Members()
  const emitter = (options: EmitterOptions) => {
    const it = createEmitter({ key: members.key, ...options })
    const kinds: string[] = []
    it.on('sync-error', ({ kind }) => kinds.push(kind))
    return { emitter: it, events: it.service('events'), kinds }
  }
  /** A serializer that makes of the event 'large' a message that no fragments can carry, and fails for 'none'. */
  const serialize = ({ event }: { event?: string }) => {
    if (event === 'none') throw new Error('not this one')
    return event === 'large' ? TOO_LARGE : JSON.stringify({ event })
  }

  afterEach(() => members.closeAll())

  for (const [name, open] of Object.entries(PLACES)) {
    it(`is counted by \`close\` over ${name}, also where it could never be sent`, async () => {
      const place: Place = await open()
      await members.start(1, { uri: place.uri, mode: 'send' })
      const { emitter: worker, events, kinds } = emitter({ uri: place.uri, serialize })
      for (const event of ['large', 'made', 'none', 'made']) events.emit(event)
      expect(await worker.close()).to.equal(2)
      expect(worker.stats().events).to.include({ lost: 2 })
      expect([...new Set(kinds)].sort()).to.deep.equal(['serialize', 'too-large'])
      await members.closeAll()
      await place.stop()
    })
  }

  it('is counted once where it left the history, was too large, and waited at the end', async () => {
    const history = { events: 3, bytes: 1024 }
    const { emitter: worker, events } = emitter({ uri: NOWHERE, closeTimeout: 50, history, serialize })
    for (const number of range(1, 9)) {
      events.emit(number % 4 === 0 ? 'large' : 'made')
      await new Promise(setImmediate)
    }
    expect(worker.stats().events.lost, 'before the end').to.equal(7) // 1 to 6, and 8
    expect(await worker.close()).to.equal(9)
    expect(worker.stats().events).to.include({ lost: 9, waiting: 0 })
  })

  it('is told at once where credentials are refused, however long `closeTimeout` is', async () => {
    const redis = await startRedis({ password: 's3cr' })
    const { emitter: worker, events } = emitter({
      uri: redis.uri.replace('s3cr', 'wr0ng'),
      closeTimeout: 600_000
    })
    events.emit('made')
    await eventually(() => worker.status === 'closed')
    expect(await worker.close()).to.equal(1)
    await redis.stop()
  })
})
