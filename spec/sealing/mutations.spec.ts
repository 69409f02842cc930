import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { Counts } from '../../lib/delivery/environment.js'
import { encodeFrame, newOrigin } from '../../lib/delivery/wire/frame.js'
import type { SyncError } from '../../lib/index.js'
import { Sealing } from '../../lib/sealing/sealing.js'
import { sealingKeys } from '../../lib/sealing/secret-option.js'
import { Random } from '../soak/random.js'
import { attackSeed, Mutations } from './mutations.js'

const MUTATIONS = 100_000
const RECORDED = 400

/** How many bytes the heap may have grown by: a key and a window of each invented origin would be 2 MiB for 7,000 of them. */
const GROWTH = 1024 * 1024

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const secret = randomBytes(32).toString('base64')

/** The end of one instance, and what it has reported. */
function end({ key = 'ours', now = Date.now }: { key?: string; now?: () => number } = {}) {
  const counts = new Counts()
  const errors: SyncError[] = []
  const origin = newOrigin()
  const sealing = new Sealing({
    ...{ keys: sealingKeys(secret, key), origin, echoes: true, counts, now },
    report: (error) => errors.push(error)
  })
  let last = 0
  const seal = () => {
    last += 1
    const age = last * 10
    return Buffer.from(
      sealing.seal(
        encodeFrame({ kind: 'heartbeat', origin, age, oldest: 1, last, join: false, leave: false })
      )
    )
  }
  const dropped = () => Object.values(counts.dropped).reduce((sum, count) => sum + count, 0)
  return { sealing, seal, counts, errors, dropped }
}

function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

describe('what an attacker makes of sealed frames', () => {
  const seed = attackSeed()
  const random = new Random(seed)

  it(`is not opened, ${MUTATIONS} times, and costs no memory (seed ${seed})`, () => {
    const senders = [end(), end(), end()]
    const [receiver, late] = [end(), end({ now: () => Date.now() + 61_000 })]
    // They have yet to receive what the attacker has: to them, it must be altered at least.
    const [behind, fresh] = [end(), end()]
    const recorded = new Set<string>()
    const mutations = new Mutations(random, 'ours')
    for (let round = 0; round < RECORDED; round += 1) {
      for (const { seal } of senders) {
        const sealed = seal()
        mutations.record(sealed)
        recorded.add(sealed.toString('latin1'))
        if (round === 0) behind.sealing.open(sealed)
        for (const { sealing } of [receiver, ...senders]) expect(sealing.open(sealed)).not.to.equal(undefined)
      }
    }
    const victims = [receiver, late, behind, fresh, ...senders]
    const heap = heapUsed()
    for (let sent = 0; sent < MUTATIONS; sent += 1) {
      const victim = victims[sent % victims.length] as ReturnType<typeof end>
      let hostile = mutations.next()
      while ((victim === behind || victim === fresh) && recorded.has(hostile.toString('latin1')))
        hostile = mutations.next()
      const opened = victim.sealing.open(hostile)
      if (opened) expect.fail(`opened ${hostile.toString('hex')}`)
    }
    expect(heapUsed() - heap).to.be.below(GROWTH)
    expect(victims.reduce((sum, { dropped }) => sum + dropped(), 0)).to.equal(MUTATIONS)
    for (const { counts, errors } of victims)
      expect(errors).to.have.length(Object.values(counts.dropped).filter((count) => count > 0).length)
    expect(receiver.counts.dropped).to.include({ sealed: 0, outdated: 0 })
    for (const reason of ['unsealed', 'foreign', 'altered', 'replayed'] as const)
      expect(receiver.counts.dropped[reason], reason).to.be.greaterThan(100)
    for (const { seal } of senders)
      expect(receiver.sealing.open(seal()), 'a new frame').not.to.equal(undefined)
  }).timeout(20_000)
})
