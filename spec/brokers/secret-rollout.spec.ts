import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { SyncOptions } from '../../lib/index.js'
import { BROKERS, EMBEDDED, everywhere } from '../faults/everywhere.js'
import type { Fleet } from '../faults/fleet.js'
import { Rollout } from '../faults/rollout.js'
import { eventually } from '../support/eventually.js'

const one = randomBytes(32).toString('base64')
const two = randomBytes(32).toString('base64')

/** What the others take of it in a step that is complete. */
interface Step {
  name: string
  options: SyncOptions
  unsealed?: 'none' | 'all'
}

const INTRODUCTION: Step[] = [
  { name: 'send', options: { secret: { keys: one, plain: 'send' } }, unsealed: 'all' },
  { name: 'accept', options: { secret: { keys: one, plain: 'accept' } }, unsealed: 'none' },
  { name: 'refuse', options: { secret: one } }
]
const ROTATION: Step[] = [
  { name: '[one, two]', options: { secret: [one, two] } },
  { name: '[two, one]', options: { secret: [two, one] } },
  { name: 'two', options: { secret: two } }
]
const END: Step[] = [
  { name: 'accept', options: { secret: { keys: two, plain: 'accept' } }, unsealed: 'none' },
  { name: 'send', options: { secret: { keys: two, plain: 'send' } }, unsealed: 'all' },
  { name: 'none', options: {} }
]

/** What an operator sees in the stats when a step is complete. */
async function expectUnsealed(fleet: Fleet, which: 'none' | 'all'): Promise<void> {
  const frames = async () => (await fleet.reports()).map(({ stats }) => stats.frames)
  const before = await frames()
  await eventually(async () => {
    for (const [index, { received }] of (await frames()).entries())
      expect(received - (before[index]?.received ?? 0)).to.be.above(20)
  })
  for (const [index, { received, unsealed }] of (await frames()).entries()) {
    const { received: receivedBefore = 0, unsealed: unsealedBefore = 0 } = before[index] ?? {}
    expect(unsealed - unsealedBefore).to.equal(which === 'all' ? received - receivedBefore : 0)
  }
}

describe('a secret, in a fleet that makes events all the time', function () {
  this.timeout(180_000)

  it('is introduced, changed and given up step by step, and nothing is lost, doubled or dropped', () =>
    everywhere({ ...BROKERS, ...EMBEDDED }, {}, async ({ fleet }) => {
      const rollout = new Rollout(fleet)
      await rollout.start(3, {})
      for (const { name, options, unsealed } of [...INTRODUCTION, ...ROTATION, ...END]) {
        try {
          await rollout.replaceAll(options)
          if (unsealed) await expectUnsealed(fleet, unsealed)
        } catch (error) {
          throw new Error(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error })
        }
      }
      await rollout.end()
    }))
})
