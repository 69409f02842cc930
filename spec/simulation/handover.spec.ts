import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sealingKeys } from '../../lib/sealing/secret-option.js'
import { SimBroker } from './sim-broker.js'
import { SimClock } from './sim-clock.js'
import { SimInstance } from './sim-instance.js'

const RUNS = 25

/** Makes an event every so many ms. Returns what ends that. */
function work(clock: SimClock, instance: SimInstance, pause: number): () => void {
  let isOver = false
  const again = () => {
    if (isOver) return
    instance.emit()
    clock.after(pause, again)
  }
  clock.after(clock.random() * pause, again)
  return () => {
    isOver = true
  }
}

/**
 * One of three instances leaves when a new one is ready, or up to `late` ms after that.
 *
 * @returns the one that leaves, and the new one
 */
async function handOver(
  seed: number,
  { pause, late, isSealed = false }: { pause: number; late: number; isSealed?: boolean }
): Promise<{ leaver: SimInstance; newcomer: SimInstance }> {
  const clock = new SimClock(seed)
  const broker = new SimBroker(clock)
  const keys = isSealed ? sealingKeys(randomBytes(32).toString('base64'), 'simulated') : undefined
  const options = { history: { events: 10_000, bytes: 1e9 }, pace: 20, keys }
  const old = [1, 2, 3].map(() => new SimInstance(broker, options))
  await clock.run(100)
  const ends = old.map((instance) => work(clock, instance, pause))
  await clock.run(3000 + clock.random() * 100)
  const [leaver] = old as [SimInstance]
  const newcomer = new SimInstance(broker, options)
  newcomer.onProven = () =>
    clock.after(clock.random() * late, () => {
      ends[0]?.()
      void leaver.close()
    })
  await clock.run(5000)
  for (const end of ends) end()
  for (const instance of [...old, newcomer]) instance.kill()
  return { leaver, newcomer }
}

describe('an instance that leaves when a new one is ready', () => {
  for (const [what, options] of Object.entries({
    'at once': { pause: 20, late: 0 },
    'while it is asked for what was made just before': { pause: 20, late: 100 },
    'soon after': { pause: 20, late: 1000 },
    'and seldom makes an event': { pause: 300, late: 100 },
    'with a secret': { pause: 20, late: 100, isSealed: true }
  }))
    it(`${what}: the new one gets all that was made since, and reports nothing`, async () => {
      for (let seed = 1; seed <= RUNS; seed += 1) {
        const { leaver, newcomer } = await handOver(seed, options)
        const seen = newcomer.seen.get(leaver.origin) ?? []
        const { provenAt = 0 } = newcomer
        const due = leaver.madeAt.find(({ at }) => at > provenAt)?.first ?? leaver.made + 1
        const from = seen[0]?.from ?? leaver.made + 1
        const sequence = Array.from({ length: leaver.made + 1 - from }, (_, at) => from + at)
        const got = seen.filter(({ gap }) => !gap).map(({ from: first }) => first)
        expect(newcomer.counts.missed, `false gaps, seed ${seed}`).to.equal(0)
        expect(got, `seed ${seed}`).to.deep.equal(sequence)
        expect(from, `seed ${seed}`).to.be.at.most(due)
      }
    })
})
