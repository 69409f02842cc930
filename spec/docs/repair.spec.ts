import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { build } from 'esbuild'
import { Fleet } from '../../docs/.vitepress/theme/repair/fleet.js'
import type { Name } from '../../docs/.vitepress/theme/repair/frames.js'
import { HOP } from '../../docs/.vitepress/theme/repair/network.js'

const OTHERS: Name[] = ['B', 'C']

async function started(seed = 1): Promise<Fleet> {
  const fleet = new Fleet(seed)
  await fleet.start()
  return fleet
}

/** What was logged, less the heartbeats. */
const texts = ({ log }: Fleet) => log.filter(({ kind }) => kind !== 'heartbeat').map(({ text }) => text)

const states = (fleet: Fleet, name: Name) =>
  fleet
    .instance(name)
    .latest('A', 10)
    .map(({ number, state }) => `${number} ${state}`)

describe('the picture of the protocol', () => {
  it('shows an event on its ways to the broker, to the others and back', async () => {
    const fleet = await started()
    fleet.send('A')
    await fleet.advance(HOP / 2)
    const ways = () =>
      fleet.network.travels.map(({ direction, instance, shown }) => [direction, instance, shown.text])
    expect(ways()).to.deep.equal([['up', 'A', 'A1']])
    await fleet.advance(HOP)
    expect(ways()).to.deep.equal(['A', 'B', 'C'].map((name) => ['down', name, 'A1']))
    await fleet.advance(HOP)
    expect(ways()).to.deep.equal([])
    for (const name of OTHERS) expect(states(fleet, name)).to.deep.equal(['1 delivered'])
  })

  it('shows that a lost frame leads to a NACK and a retransmission, and all is delivered once, in order', async () => {
    const fleet = await started()
    fleet.loseOne()
    await fleet.advance(4 * HOP)
    expect(states(fleet, 'B')).to.deep.equal(['1 missing', '2 held'])
    await fleet.advance(400)
    expect(texts(fleet)).to.deep.equal([
      'A sends events A1',
      'events A1 is lost on the way to B',
      'A sends events A2',
      'B sends NACK A1',
      'A sends retransmission A1',
      'B has recovered A1'
    ])
    for (const name of OTHERS) expect(fleet.instance(name).delivered('A')).to.deep.equal([1, 2])
    expect(states(fleet, 'B')).to.deep.equal(['1 recovered', '2 delivered'])
    expect(states(fleet, 'C')).to.deep.equal(['1 delivered', '2 delivered'])
  })

  it('shows that a NACK of another suppresses the own one, or both are sent at once', async () => {
    const counts = new Set<number>()
    for (let seed = 1; seed <= 20; seed += 1) {
      const fleet = await started(seed)
      fleet.toggleLoss('C')
      fleet.loseOne()
      await fleet.advance(400)
      counts.add(texts(fleet).filter((text) => text.endsWith('sends NACK A1')).length)
      for (const name of OTHERS) expect(fleet.instance(name).delivered('A')).to.deep.equal([1, 2])
    }
    expect([...counts]).to.have.members([1, 2])
  })

  it('shows that a lost NACK is sent again', async () => {
    const fleet = await started()
    fleet.loseOne()
    fleet.toggleLoss('A')
    await fleet.advance(1000)
    expect(texts(fleet).slice(3)).to.deep.equal([
      'B sends NACK A1',
      'NACK A1 is lost on the way to A',
      'B sends NACK A1',
      'A sends retransmission A1',
      'B has recovered A1'
    ])
  })

  it('shows that a heartbeat reveals the loss of the last event', async () => {
    const fleet = await started()
    fleet.toggleLoss('C')
    fleet.send('A')
    await fleet.advance(200)
    expect(states(fleet, 'C')).to.deep.equal([])
    await fleet.advance(8000)
    expect(texts(fleet)).to.include.members(['C sends NACK A1', 'C has recovered A1'])
    for (const name of OTHERS) expect(fleet.instance(name).delivered('A')).to.deep.equal([1])
  })

  it('stops a step where a frame begins or ends a way', async () => {
    const fleet = await started()
    fleet.send('A')
    await fleet.advance(1000, true)
    await fleet.advance(1000, true)
    expect(fleet.network.travels.map(({ instance }) => instance)).to.deep.equal(['A', 'B', 'C'])
  })

  it('needs nothing of Node.js but a Buffer and random bytes, which the site has for it', async () => {
    const folder = 'docs/.vitepress/theme/repair'
    const { outputFiles } = await build({
      entryPoints: [`${folder}/fleet.ts`],
      alias: { 'node:crypto': `./${folder}/node-crypto.ts` },
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'repair'
    })
    const browser = { Buffer, crypto, TextDecoder, TextEncoder }
    const code = `${outputFiles[0]?.text}; const fleet = new repair.Fleet(1); fleet.start().then(() => {
      fleet.loseOne()
      return fleet.advance(200)
    }).then(() => fleet.instance('B').delivered('A').join())`
    expect(await runInNewContext(code, browser)).to.equal('1,2')
  })

  it('is the same again with the same seed, and loses nothing with others', async () => {
    const run = async (seed: number) => {
      const fleet = await started(seed)
      for (let round = 0; round < 5; round += 1) {
        fleet.toggleLoss(round % 2 ? 'B' : 'C')
        fleet.send('A')
        fleet.send('B')
        await fleet.advance(10)
      }
      await fleet.advance(8000)
      for (const name of OTHERS) expect(fleet.instance(name).delivered('A')).to.deep.equal([1, 2, 3, 4, 5])
      return fleet.log
    }
    expect(await run(1)).to.deep.equal(await run(1))
    expect(await run(2)).not.to.deep.equal(await run(3))
  })
})
