import { expect } from 'chai'
import type { SyncOptions } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { expectNothingDropped, type Fleet } from './fleet.js'
import type { Report } from './protocol.js'
import { PATIENCE, type RemoteInstance } from './remote-instance.js'

/** What each instance makes, all the time. */
const LOAD = { perSecond: 50, size: 200 }

/** Deploys of a fleet that makes events all the time: each instance is replaced, one after the other. */
export class Rollout {
  readonly #fleet: Fleet
  /** How many events each other instance had made when one was ready: by its name, and by that of the other. */
  readonly #before = new Map<string, Map<string, number>>()

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  async start(count: number, options: SyncOptions): Promise<void> {
    for (let started = 0; started < count; started += 1) await this.#join(options)
  }

  /** Replaces each instance by one with these options: the new one comes first, as in most deploys. */
  async replaceAll(options: SyncOptions): Promise<void> {
    for (const leaver of this.#fleet.alive) {
      await this.#join(options)
      await this.#leave(leaver)
    }
    for (const report of await this.#fleet.reports()) expectSound(report)
  }

  async end(): Promise<void> {
    for (const leaver of this.#fleet.alive) await this.#leave(leaver)
  }

  async #join(options: SyncOptions): Promise<void> {
    const others = this.#fleet.alive
    const [newcomer] = await this.#fleet.add(1, options)
    await newcomer.ready()
    const made = new Map<string, number>()
    for (const other of others) made.set(other.name, (await other.report()).made)
    this.#before.set(newcomer.name, made)
    // Over `ipc:` all reconnect when the hub leaves: what the newcomer misses by that, who leaves next must still be there to send.
    const hasHub = (await this.#fleet.reports()).some(({ isHub }) => isHub)
    if (hasHub) for (const other of others) await hasAllOf(newcomer, other)
    newcomer.make(Number.MAX_SAFE_INTEGER, LOAD).catch(() => {}) // until it leaves
  }

  async #leave(leaver: RemoteInstance): Promise<void> {
    const others = this.#fleet.alive.filter((other) => other !== leaver)
    for (const other of others) await hasAllOf(leaver, other)
    const last = await leaver.terminate()
    expectSound(last)
    for (const other of others) this.#expectRow(leaver.name, last, other.name)
    expect(last.stats.events.lost, `what ${leaver.name} could not send`).to.equal(0)
    await eventually(
      async () => {
        for (const other of others) {
          const { got, errors } = await other.report()
          expect(got[leaver.name]?.next, `${leaver.name} on ${other.name}: ${errors}`).to.equal(last.made + 1)
        }
      },
      { timeout: PATIENCE }
    )
    for (const other of others) this.#expectRow(other.name, await other.report(), leaver.name)
  }

  /** All that the maker has made since the receiver is there, once and in order. */
  #expectRow(receiver: string, { got }: Report, maker: string): void {
    const { count = 0, next = 1, outOfTurn = [] } = got[maker] ?? {}
    const before = this.#before.get(receiver)?.get(maker) ?? 0
    expect(outOfTurn, `of ${maker} on ${receiver}`).to.deep.equal([])
    expect(next - count, `the first event of ${maker} on ${receiver}`).to.be.at.most(before + 1)
  }
}

/** Waits until one has all that another one had made by now. */
async function hasAllOf(receiver: RemoteInstance, maker: RemoteInstance): Promise<void> {
  const { made } = await maker.report()
  await receiver.until(({ got }) => (got[maker.name]?.next ?? 0) > made)
}

/** Nothing was lost, and nothing was dropped. */
export function expectSound({ gaps, errors, warnings, stats }: Report): void {
  expect(gaps).to.deep.equal([])
  expect(warnings).to.deep.equal([])
  expect(errors.filter((text) => text.startsWith('secret'))).to.deep.equal([])
  expectNothingDropped(stats.dropped)
}
