import { expect } from 'chai'
import { Fleet } from '../../docs/.vitepress/theme/repair/fleet.js'
import type { Name } from '../../docs/.vitepress/theme/repair/frames.js'

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
    await fleet.advance(10)
    const ways = () =>
      fleet.network.travels.map(({ direction, instance, shown }) => [direction, instance, shown.text])
    expect(ways()).to.deep.equal([['up', 'A', 'A1']])
    await fleet.advance(25)
    expect(ways()).to.deep.equal(['A', 'B', 'C'].map((name) => ['down', name, 'A1']))
    await fleet.advance(25)
    expect(ways()).to.deep.equal([])
    for (const name of OTHERS) expect(states(fleet, name)).to.deep.equal(['1 delivered'])
  })

  it('shows that a lost frame leads to a NACK and a retransmission, and all is delivered once, in order', async () => {
    const fleet = await started()
    fleet.loseOne()
    await fleet.advance(90)
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

  it('is the same again with the same seed, and loses nothing with others', async () => {
    const run = async (seed: number) => {
      const fleet = await started(seed)
      for (let round = 0; round < 5; round += 1) {
        fleet.toggleLoss(round % 2 ? 'B' : 'C')
        fleet.send('A')
        fleet.send('B')
        await fleet.advance(30)
      }
      await fleet.advance(8000)
      for (const name of OTHERS) expect(fleet.instance(name).delivered('A')).to.deep.equal([1, 2, 3, 4, 5])
      return fleet.log
    }
    expect(await run(1)).to.deep.equal(await run(1))
    expect(await run(2)).not.to.deep.equal(await run(3))
  })
})
