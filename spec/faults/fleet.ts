import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { SyncOptions, SyncStats } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import type { Report } from './protocol.js'
import { PATIENCE, RemoteInstance } from './remote-instance.js'

/** No message of a member is taken for one of a stranger. */
export function expectNothingDropped(dropped: SyncStats['dropped']): void {
  expect(Object.entries(dropped).filter(([, count]) => count > 0)).to.deep.equal([])
}

/** Instances in processes of their own that share a key, and `FLEET_SECRET` if it is set. */
export class Fleet {
  readonly instances: RemoteInstance[] = []
  /** How many events can't be had any more, by the name of who made them. */
  readonly missed = new Map<string, number>()
  readonly key: string
  readonly #options: SyncOptions

  constructor({ key = `faults-${randomUUID()}`, ...options }: SyncOptions) {
    this.key = key
    const { FLEET_SECRET: secret } = process.env
    this.#options = { key, ...(secret && { secret }), ...options }
  }

  get alive(): RemoteInstance[] {
    return this.instances.filter(({ isDone }) => !isDone)
  }

  /** Starts instances, which have not connected yet. */
  async add(
    count: number,
    options: SyncOptions = {},
    clockOffsets?: readonly number[]
  ): Promise<[RemoteInstance, ...RemoteInstance[]]> {
    const added = Array.from({ length: count }, () => {
      const name = `instance ${this.instances.length + 1}`
      const instance = new RemoteInstance(name, { ...this.#options, ...options }, clockOffsets)
      this.instances.push(instance)
      return instance
    })
    await Promise.all(added.map(({ started }) => started))
    return added as [RemoteInstance, ...RemoteInstance[]]
  }

  /** Starts instances; resolves when they have connected, and all know each other. */
  async start(count: number, options: SyncOptions = {}): Promise<[RemoteInstance, ...RemoteInstance[]]> {
    const added = await this.add(count, options)
    await Promise.all(added.map((instance) => instance.ready()))
    await this.acquainted()
    return added
  }

  async acquainted(): Promise<void> {
    await eventually(
      async () => {
        for (const { stats } of await this.reports())
          expect(stats.peers).to.have.length(this.alive.length - 1)
      },
      { timeout: PATIENCE }
    )
  }

  /** Of those that live. */
  reports(): Promise<Report[]> {
    return Promise.all(this.alive.map((instance) => instance.report()))
  }

  /** Waits until each instance has got all events of each other one, but for what is known to be missed. */
  async settled(): Promise<void> {
    await eventually(
      async () => {
        const reports = await this.reports()
        for (const [index, { made }] of reports.entries()) {
          const maker = this.alive[index]?.name ?? ''
          for (const [other, { got, errors }] of reports.entries()) {
            const { count = 0, next = 1 } = got[maker] ?? {}
            const text = `what ${this.alive[other]?.name} has of ${maker} (errors: ${errors.slice(-3)})`
            const missed = index === other ? 0 : (this.missed.get(maker) ?? 0)
            expect({ count, next }, text).to.deep.equal({ count: made - missed, next: made + 1 })
          }
        }
      },
      { timeout: PATIENCE }
    )
  }

  /** Expects that all has been well all the time, and is so now; then all leave, and have to end by themselves. */
  async end(): Promise<void> {
    await Promise.all(this.alive.map((instance) => instance.make(1)))
    await this.settled()
    for (const [index, report] of (await this.reports()).entries())
      this.#expectSound(this.alive[index] as RemoteInstance, report)
    for (const [index, code] of (await Promise.all(this.alive.map((one) => one.end()))).entries())
      expect(code, `the exit code of ${this.instances[index]?.name}`).to.equal(0)
  }

  /** Leaves no process behind. */
  async kill(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.kill()))
  }

  #expectSound({ name }: RemoteInstance, { got, gaps, warnings, stats }: Report): void {
    expect(warnings, `warnings of ${name}`).to.deep.equal([])
    if (process.env.FLEET_SECRET) expectNothingDropped(stats.dropped)
    const others = [...this.missed].filter(([maker]) => maker !== name)
    const missed = others.reduce((sum, [, count]) => sum + count, 0)
    expect(
      gaps.reduce((sum, gap) => sum + gap.missed, 0),
      `what is said to be missed on ${name}`
    ).to.equal(missed)
    expect(stats.events.missed).to.equal(missed)
    for (const [maker, { outOfTurn }] of Object.entries(got)) {
      if (!this.missed.has(maker)) expect(outOfTurn, `of ${maker} on ${name}`).to.deep.equal([])
    }
  }
}
