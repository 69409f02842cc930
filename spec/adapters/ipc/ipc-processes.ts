import { type ChildProcess, fork } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { expect } from 'chai'
import { bundle } from '../../support/bundle.js'
import { eventually } from '../../support/eventually.js'
import type { Tells, Told } from './ipc-instance.js'

/** The program of an instance, as one file of JavaScript. */
export const instanceScript = (): string => bundle(new URL('ipc-instance.ts', import.meta.url))

/** An instance in a process of its own. */
export class IpcProcess {
  readonly texts: string[] = []
  readonly #told: Tells = {}

  private constructor(readonly child: ChildProcess) {
    child.on('message', (tells: Tells) => {
      if (tells.text !== undefined) this.texts.push(tells.text)
      else Object.assign(this.#told, tells)
    })
  }

  static fork(uri: string, key: string): IpcProcess {
    return new IpcProcess(fork(instanceScript(), [uri, key], { execArgv: [] }))
  }

  static worker(uri: string, key: string): IpcProcess {
    cluster.setupPrimary({ exec: instanceScript(), args: [uri, key], execArgv: [] })
    return new IpcProcess(cluster.fork().process)
  }

  tell(told: Told): void {
    this.child.send(told)
  }

  /** Waits until it has told this of itself. */
  async said(what: keyof Tells): Promise<Tells> {
    await eventually(() => what in this.#told, { timeout: 30_000, message: what })
    return this.#told
  }

  async isHub(): Promise<boolean> {
    delete this.#told.isHub
    this.tell({ isHub: true })
    return (await this.said('isHub')).isHub === true
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill('SIGKILL')
    await once(this.child, 'exit')
  }
}

/** The one process that is the hub; fails while there is none, or more. */
export async function theHub(processes: IpcProcess[]): Promise<IpcProcess> {
  const hubs: IpcProcess[] = []
  for (const process of processes) if (await process.isHub()) hubs.push(process)
  expect(hubs).to.have.length(1)
  return hubs[0] as IpcProcess
}

/** Waits until there is one hub, and what each creates reaches all, once. */
export async function expectSync(processes: IpcProcess[]): Promise<void> {
  await eventually(async () => void (await theHub(processes)), { message: 'one hub', timeout: 15_000 })
  let round = 0
  await eventually(
    async () => {
      round += 1
      for (const one of processes) one.texts.length = 0
      for (const [index, one] of processes.entries()) one.tell({ create: `${round}: ${index}` })
      const expected = processes.map((_, index) => `${round}: ${index}`).sort()
      await eventually(() => processes.every(({ texts }) => texts.length >= expected.length), {
        timeout: 1000
      })
      for (const { texts } of processes) expect([...texts].sort()).to.deep.equal(expected)
    },
    { message: 'all to be in sync', timeout: 15_000 }
  )
}
