import { expect } from 'chai'
import { Proof } from '../../lib/delivery/proof.js'
import { Stage, type StageOptions } from './stage.js'

class ProofStage extends Stage {
  fleetSize = 2
  readonly joinedAt: number[] = []
  readonly calls: string[] = []
  readonly subject = new Proof(this, {
    age: () => this.clock.now(),
    fleetSize: () => this.fleetSize,
    join: () => this.joinedAt.push(this.clock.now()),
    proven: () => this.calls.push('proven'),
    refused: (wasProven) => this.calls.push(wasProven ? 'revoked' : 'refused')
  })

  /** An own frame comes back. */
  return(age = this.clock.now()): void {
    this.subject.takeOwn(age)
  }
}

describe('Proof', () => {
  let stage: ProofStage

  const open = (options?: StageOptions) => {
    stage = new ProofStage(options)
  }
  beforeEach(() => open())

  it('joins at once, then after 300 ms and so on, doubling up to the period, until an own frame comes back', async () => {
    stage.subject.online()
    await stage.pass(30_000)
    const pauses = stage.joinedAt.slice(1).map((at, index) => Math.round(at - (stage.joinedAt[index] ?? 0)))
    expect(stage.joinedAt[0]).to.be.below(2.1)
    expect(pauses.slice(0, 7)).to.deep.equal([300, 600, 1200, 2400, 4800, 5000, 5000])
    expect(stage.calls).to.deep.equal([])
    stage.return()
    stage.return()
    const { length } = stage.joinedAt
    await stage.pass(30_000)
    expect(stage.calls).to.deep.equal(['proven'])
    expect(stage.joinedAt).to.have.length(length)
    expect(stage.subject.isProven).to.equal(true)
  })

  it('spreads the joins of a large fleet that is back at the same moment: 1000 a second', async () => {
    const waits: number[] = []
    for (let round = 0; round < 50; round += 1) {
      open()
      stage.clock.integer(0, round)
      for (let dice = 0; dice < round; dice += 1) stage.clock.random()
      stage.fleetSize = 1000
      stage.subject.online()
      await stage.pass(1000)
      waits.push(stage.joinedAt[0] ?? Number.POSITIVE_INFINITY)
    }
    expect(Math.max(...waits)).to.be.within(800, 1000)
    expect(Math.min(...waits)).to.be.below(200)
  })

  it('is made anew on each connection: neither frames of the one before nor those without an age count', async () => {
    stage.subject.online()
    stage.return()
    await stage.pass(1000)
    stage.subject.online()
    expect(stage.subject.isProven).to.equal(false)
    stage.return(999)
    stage.subject.takeOwn(undefined)
    expect(stage.subject.isProven).to.equal(false)
    stage.return(1000)
    expect(stage.calls).to.deep.equal(['proven', 'proven'])
  })

  it('joins no more while the link is away', async () => {
    stage.subject.online()
    stage.link.status = 'reconnecting'
    await stage.pass(60_000)
    expect(stage.joinedAt).to.have.length(0)
  })

  it('ends when the broker refuses: it can only receive, and goes on trying', async () => {
    stage.subject.online()
    await stage.pass(10)
    stage.subject.refuse()
    stage.subject.refuse()
    expect(stage.calls).to.deep.equal(['refused'])
    expect(stage.subject.isReceiveOnly).to.equal(true)
    await stage.pass(20_000)
    expect(stage.joinedAt.length).to.be.within(6, 10)
    stage.return()
    expect(stage.calls).to.deep.equal(['refused', 'proven'])
    stage.subject.refuse()
    expect(stage.calls).to.deep.equal(['refused', 'proven', 'revoked'])
    await stage.pass(700)
    stage.return()
    expect(stage.subject.isProven).to.equal(true)
  })

  it('is no refusal that the link was lost', () => {
    stage.subject.online()
    stage.link.status = 'reconnecting'
    stage.subject.refuse()
    expect(stage.calls).to.deep.equal([])
  })

  it('is given without echo, with one join; after a refusal when something is accepted', async () => {
    stage.link.echoes = false
    stage.subject.online()
    await stage.pass(10_000)
    expect([stage.calls, stage.joinedAt.length]).to.deep.equal([['proven'], 1])
    stage.subject.refuse()
    await stage.pass(5000)
    expect(stage.joinedAt.length).to.be.greaterThan(3)
    stage.subject.published()
    expect(stage.calls).to.deep.equal(['proven', 'revoked', 'proven'])
  })

  it('needs no frame with wire 3', async () => {
    open({ wire: 3 })
    stage.subject.online()
    await stage.pass(10_000)
    expect([stage.calls, stage.joinedAt.length]).to.deep.equal([['proven'], 0])
  })

  it('stops', async () => {
    stage.subject.online()
    stage.subject.stop()
    await stage.pass(10_000)
    expect(stage.joinedAt).to.deep.equal([])
  })
})
