import { expect } from 'chai'
import { Deferred, settled } from '../fake-link.js'
import { KIB, MIB, SenderStage } from './sender-stage.js'

describe('Sender, retransmissions', () => {
  let stage: SenderStage

  beforeEach(() => {
    stage = new SenderStage()
  })

  describe('resume', () => {
    it('retransmits events that were not echoed, then sends the waiting ones, never both in a frame', async () => {
      await stage.sendAndHear(3)
      stage.send(2)
      await stage.pass()
      await stage.outage(2)
      await stage.hearAll()
      expect(stage.link.sent).to.deep.equal(['again 4-5', '6-7'])
      expect(stage.counts).to.include({ sent: 7, resent: 2 })
    })

    it('sends nothing if everything was echoed', async () => {
      await stage.sendAndHear(3)
      stage.goAway()
      stage.comeBack()
      await stage.pass()
      expect(stage.link.sent).to.deep.equal([])
    })

    it('retransmits events that the driver refused', async () => {
      await stage.sendAndHear(1)
      stage.link.refuse('cut')
      stage.send(1)
      await stage.pass()
      stage.comeBack()
      await stage.pass()
      expect(stage.link.takeSent()).to.deep.equal(['2-2', 'again 2-2'])
    })

    it('retransmits only events that the driver refused on a link without echo', async () => {
      stage.link.echoes = false
      stage.send(2)
      await stage.pass()
      stage.goAway()
      stage.comeBack()
      await stage.pass()
      expect(stage.link.takeSent()).to.deep.equal(['1-2'])
      stage.link.refuse('cut')
      stage.send(1)
      await stage.pass()
      await stage.outage(1)
      expect(stage.link.takeSent()).to.deep.equal(['again 3-3', '4-4'])
      stage.comeBack()
      await stage.pass()
      expect(stage.link.takeSent()).to.deep.equal([])
    })

    it('retransmits what the history still has', async () => {
      stage = new SenderStage({ history: { events: 5, bytes: 1e9 } })
      stage.send(4)
      await stage.pass()
      stage.goAway()
      await stage.sendInTurns(3)
      stage.link.published = []
      stage.comeBack()
      await stage.hearAll()
      expect(stage.link.sent).to.deep.equal(['again 3-3', 'again 4-4', '5-7'])
      expect(stage.counts.lost).to.equal(0)
    })
  })

  describe('echo', () => {
    it('ignores events that were never sent', async () => {
      stage.send(1)
      await stage.pass()
      stage.echo(1000)
      expect(stage.sender.isEchoed).to.equal(true)
      stage.send(1)
      await stage.pass()
      expect(stage.sender.isEchoed).to.equal(false)
    })

    it('never goes back', async () => {
      await stage.sendAndHear(5)
      stage.echo(2)
      expect(stage.sender.isEchoed).to.equal(true)
    })
  })

  describe('answer', () => {
    it('retransmits the ranges in order, each event once, and returns true', async () => {
      await stage.sendAndHear(10)
      const ranges = [
        { from: 7, to: 8 },
        { from: 2, to: 3 },
        { from: 3, to: 4 }
      ]
      expect(stage.sender.answer(ranges)).to.equal(true)
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['again 2-4', 'again 7-8'])
      expect(stage.counts.resent).to.equal(5)
    })

    it('retransmits an event at most once in 200 ms', async () => {
      await stage.sendAndHear(3)
      for (let ms = 0; ms < 1000; ms += 10) {
        stage.sender.answer([{ from: 2, to: 2 }])
        await stage.pass(10)
      }
      expect(stage.link.sent).to.deep.equal(Array.from({ length: 5 }, () => 'again 2-2'))
    })

    it('retransmits at most 16 MiB at once, and as much a second', async () => {
      await stage.sendAndHear(320, 200 * KIB)
      const all = [{ from: 1, to: 320 }]
      stage.sender.answer(all)
      await stage.hearAll()
      expect(stage.link.takeSent().length).to.be.within(80, 83)
      for (let round = 0; round < 10; round += 1) {
        await stage.pass(100)
        stage.sender.answer(all)
        await stage.hearAll()
      }
      expect(stage.link.takeSent().length).to.be.within(70, 90)
    })

    it('can retransmit an event that is larger than the rate', async () => {
      await stage.sendAndHear(1, 20 * MIB)
      stage.sender.answer([{ from: 1, to: 1 }])
      await stage.hearAll()
      expect(stage.link.of('fragment')).to.have.length(81)
      expect(stage.counts.resent).to.equal(1)
    })

    it('takes turns with new events, within the window', async () => {
      await stage.sendAndHear(40, 200 * KIB)
      stage.sender.answer([{ from: 1, to: 40 }])
      stage.send(40, 200 * KIB)
      await stage.pass()
      await stage.hearAll()
      const { sent } = stage.link
      expect(sent).to.have.length(80)
      expect(sent.slice(22, 30).filter((name) => name.startsWith('again'))).to.have.length(4)
    })

    it('does not retransmit what is under way', async () => {
      await stage.sendAndHear(2)
      stage.send(2)
      await stage.pass()
      stage.sender.answer([{ from: 2, to: 4 }])
      await stage.pass()
      expect(stage.link.takeSent()).to.deep.equal(['3-4', 'again 2-2'])
    })

    it('returns false for events that were evicted, or never existed', async () => {
      stage = new SenderStage({ history: { events: 5, bytes: 1e9 } })
      await stage.sendAndHear(8)
      expect(stage.sender.answer([{ from: 3, to: 4 }])).to.equal(false)
      expect(stage.sender.answer([{ from: 8, to: 9 }])).to.equal(false)
      expect(stage.sender.answer([{ from: 1, to: 2 ** 48 - 1 }])).to.equal(false)
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['again 4-4', 'again 8-8', 'again 5-7'])
    })

    it('does not retransmit what has not been sent yet', async () => {
      await stage.sendAndHear(2)
      stage.send(1)
      expect(stage.sender.answer([{ from: 2, to: 3 }])).to.equal(false)
      expect(stage.link.sent).to.deep.equal(['again 2-2'])
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['again 2-2', '3-3'])
    })
  })

  describe('flush', () => {
    /** Whether it is still waiting. */
    async function flushing(): Promise<() => boolean> {
      let done = false
      void stage.sender.flush().then(() => {
        done = true
      })
      await settled()
      return () => !done
    }

    it('resolves when all events have come back, those of this turn too', async () => {
      const taken = new Deferred()
      stage.link.driver = () => taken.promise
      stage.send(1)
      const isWaiting = await flushing()
      await stage.pass()
      expect(isWaiting()).to.equal(true)
      taken.resolve()
      await settled()
      expect(isWaiting()).to.equal(true)
      await stage.hearAll()
      expect(isWaiting()).to.equal(false)
      expect(stage.sender.unsent).to.equal(0)
    })

    it('resolves for all who wait for it', async () => {
      stage.send(1)
      const waiting = [await flushing(), await flushing()]
      await stage.pass()
      expect(waiting.map((isWaiting) => isWaiting())).to.deep.equal([true, true])
      await stage.hearAll()
      expect(waiting.map((isWaiting) => isWaiting())).to.deep.equal([false, false])
    })

    it('resolves at once if nothing waits, or the link is away', async () => {
      expect((await flushing())()).to.equal(false)
      stage.goAway()
      stage.send(1)
      expect((await flushing())()).to.equal(false)
      expect(stage.sender.unsent).to.equal(1)
    })

    it('resolves when the link goes away meanwhile', async () => {
      const taken = new Deferred()
      stage.link.driver = () => taken.promise
      stage.send(1)
      const isWaiting = await flushing()
      await stage.pass()
      stage.link.status = 'reconnecting'
      taken.reject(new Error('cut'))
      await settled()
      expect(isWaiting()).to.equal(false)
      expect(stage.errors).to.have.length(0)
    })
  })
})
