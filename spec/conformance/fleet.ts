import { hostname } from 'node:os'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import type { Instance, Instances } from './instances.js'

/** What instances know of each other. */
export function describeFleet(instances: () => Instances): void {
  /** The names of the others, as an instance knows them. */
  const names = ({ app }: Instance) => app.sync.stats().peers.map(({ name }) => name)

  async function eventuallyNames(instance: Instance, expected: readonly string[]): Promise<void> {
    const isThere = () => [...names(instance)].sort().join() === expected.join()
    await eventually(isThere, { message: `the names ${expected}, not ${names(instance)}` })
  }

  it('shows the host, the process, the version and the name of each to the others, also while they send or receive only', async () => {
    const both = instances().configure({ name: 'both' })
    const sends = instances().configure({ name: 'sends', mode: 'send' })
    const receives = instances().configure({ name: 'receives', mode: 'receive' })
    await Promise.all([both, sends, receives].map(({ app }) => app.sync.ready))
    await eventuallyNames(both, ['receives', 'sends'])
    await eventuallyNames(sends, ['both', 'receives'])
    await eventuallyNames(receives, ['both', 'sends'])
    for (const { app } of [both, sends, receives]) {
      for (const peer of app.sync.stats().peers) {
        expect(peer).to.include({ host: hostname(), pid: process.pid })
        expect(peer.version).to.match(/^\d+\.\d+\.\d+/)
        expect(peer.age).to.be.within(0, 60_000)
      }
    }
  })
}
