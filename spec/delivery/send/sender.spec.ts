import { expect } from 'chai'
import { unitsOf } from '../../../lib/delivery/wire/batch.js'
import type { EventsFrame } from '../../../lib/delivery/wire/frame.js'
import { KIB, MIB, SenderStage } from './sender-stage.js'

describe('Sender', () => {
  let stage: SenderStage

  beforeEach(() => {
    stage = new SenderStage()
  })

  describe('send', () => {
    it('publishes nothing before the turn ends', async () => {
      stage.send(3)
      expect(stage.link.published).to.have.length(0)
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['1-3'])
      expect(stage.counts).to.include({ sent: 3, framesSent: 1 })
    })

    it('sends a thousand events of a turn in one frame', async () => {
      stage.send(1000)
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['1-1000'])
    })

    it('closes a frame at 256 KiB', async () => {
      stage.send(1000, KIB)
      await stage.pass()
      expect(stage.link.published.length).to.equal(4)
      for (const bytes of stage.link.published) expect(bytes.length).to.be.at.most(256 * KIB)
    })

    it('closes a frame at the largest message the broker accepts', async () => {
      stage.link.maxPayload = 200
      stage.send(20)
      await stage.pass()
      expect(stage.link.published.length).to.be.greaterThan(1)
      for (const bytes of stage.link.published) expect(bytes.length).to.be.at.most(200)
    })

    it('sends within a long turn before its beginning leaves the history', async () => {
      stage = new SenderStage({ history: { events: 1e6, bytes: MIB } })
      stage.send(250, 10 * KIB)
      expect(stage.link.published.length).to.be.greaterThan(4)
      await stage.pass()
      expect(stage.counts).to.include({ sent: 250, lost: 0 })
      expect(stage.errors).to.have.length(0)
    })

    it('sends all of a turn of more events than the history keeps', async () => {
      stage = new SenderStage({ history: { events: 20, bytes: 1e9 } })
      stage.send(50)
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['1-50'])
      expect(stage.counts.lost).to.equal(0)
      await stage.hearAll()
      expect(stage.sender.history).to.include({ oldest: 31, events: 20 })
    })

    it('sends all of a turn of more than the window, whatever the history keeps', async () => {
      stage = new SenderStage({ history: { events: 1e6, bytes: 1000 } })
      stage.send(4000, 10 * KIB)
      await stage.pass()
      await stage.hearAll()
      expect(stage.counts).to.include({ sent: 4000, lost: 0 })
      expect(stage.errors).to.deep.equal([])
    })

    it('lets four times the history wait for a broker that takes what it gets', async () => {
      stage = new SenderStage({ history: { events: 10, bytes: 1e9 } })
      stage.link.hold()
      for (let turn = 0; turn < 45; turn += 1) {
        stage.send(1)
        await stage.pass()
      }
      expect(stage.counts.lost).to.equal(0)
      for (let turn = 0; turn < 10; turn += 1) {
        stage.send(1)
        await stage.pass()
      }
      expect(stage.counts.lost).to.equal(7)
      expect(stage.errors.map(({ kind }) => kind)).to.deep.equal(['overflow'])
    })

    it('sends within a turn of more bytes than the history keeps', async () => {
      stage = new SenderStage({ history: { events: 1e6, bytes: 1000 } })
      stage.send(20, 100)
      await stage.pass()
      expect(stage.counts).to.include({ sent: 20, lost: 0 })
    })

    it('refuses an event that no number of fragments can carry: it becomes a unit without payload', async () => {
      stage.link.maxPayload = 100
      stage.sender.send(Buffer.alloc(5 * MIB), 1)
      expect(stage.errors.map(({ kind }) => kind)).to.deep.equal(['too-large'])
      expect(stage.errors[0]?.message).to.match(/5242880 bytes, at most \d+ can be sent/)
      stage.send(1)
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['1-2'])
      expect(
        unitsOf(stage.link.of('events')[0] as EventsFrame).map(({ payload }) => payload.length)
      ).to.deep.equal([0, 10])
      expect(stage.counts).to.include({ lost: 1, sent: 1 })
    })

    it('calls onSent for first transmissions only', async () => {
      await stage.sendAndHear(2)
      stage.sender.answer([{ from: 1, to: 2 }])
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['again 1-2'])
      expect(stage.firstSends).to.equal(1)
    })
  })

  describe('while away', () => {
    beforeEach(() => (stage = new SenderStage({ history: { events: 10, bytes: 1e9 } })))

    it('publishes and reports nothing', async () => {
      stage.goAway()
      stage.send(5)
      await stage.pass(60_000)
      expect(stage.link.published).to.have.length(0)
      expect(stage.errors).to.have.length(0)
      expect(stage.sender).to.include({ waiting: 5, unsent: 5, last: 0 })
    })

    it('drops the oldest past the history, reports it once an outage, and counts them exactly', async () => {
      stage.goAway()
      await stage.sendInTurns(25)
      expect(stage.counts.lost).to.equal(15)
      expect(stage.errors.map(({ kind }) => kind)).to.deep.equal(['overflow'])
      stage.comeBack()
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['16-25'])
      stage.echo(25)
      stage.goAway()
      await stage.sendInTurns(12)
      expect(stage.counts.lost).to.equal(17)
      expect(stage.errors).to.have.length(2)
    })

    it('counts the events of a bulk, not its messages', async () => {
      stage.goAway()
      stage.sender.send(Buffer.from('[1,2,3,4]'), 4)
      await stage.sendInTurns(10)
      expect(stage.counts.lost).to.equal(4)
    })

    it('does not count sent events as lost when they leave the history later', async () => {
      await stage.sendAndHear(5)
      stage.goAway()
      await stage.sendInTurns(12)
      expect(stage.counts.lost).to.equal(2)
    })
  })
})
