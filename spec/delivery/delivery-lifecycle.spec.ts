import { expect } from 'chai'
import { DeliveryStage } from './delivery-stage.js'
import { Deferred, settled } from './fake-link.js'
import { OTHER } from './wire/golden.js'

describe('Delivery, from online to close', () => {
  let stage: DeliveryStage

  beforeEach(() => {
    stage = new DeliveryStage()
  })

  describe('wire 3', () => {
    beforeEach(() => (stage = new DeliveryStage({ wire: 3 })))

    it('sends each payload without a frame, and never sends a frame', async () => {
      stage.delivery.online()
      stage.delivery.send(Buffer.from('one'), 1)
      stage.delivery.send(Buffer.from('two'), 1)
      await stage.pass(60_000)
      stage.receive({
        kind: 'heartbeat',
        origin: OTHER,
        age: 0,
        oldest: 1,
        last: 9,
        join: true,
        leave: false
      })
      await stage.pass(60_000)
      await Promise.all([stage.delivery.close(1000), stage.pass(1000)])
      expect(stage.link.published.map(String)).to.deep.equal(['one', 'two'])
    })

    it('reads frames, and reports missing events after 2 s, without NACKs', async () => {
      stage.takeEvent(1)
      stage.takeEvent(3)
      await stage.pass(1900)
      expect(stage.gaps).to.deep.equal([])
      await stage.pass(200)
      expect(stage.delivered).to.deep.equal(['1', '3'])
      expect(stage.gaps.map(({ missed }) => missed)).to.deep.equal([1])
    })
  })

  it('passes on messages that are not frames, with both wires', () => {
    for (const wire of [3, 4] as const) {
      stage = new DeliveryStage({ wire })
      stage.delivery.receive(Buffer.from('{"event":"created"}'))
      expect(stage.plain).to.deep.equal(['{"event":"created"}'])
      expect(stage.errors).to.deep.equal([])
      stage = new DeliveryStage({ wire, receives: false })
      stage.delivery.receive(Buffer.from('{"event":"created"}'))
      expect(stage.plain).to.deep.equal([])
    }
  })

  describe('online', () => {
    it('joins, and sends the waiting events when that has come back', async () => {
      stage.link.status = 'connecting'
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.pass(1000)
      expect(stage.link.published).to.have.length(0)
      stage.link.status = 'ready'
      stage.delivery.online()
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.pass(100)
      expect(stage.link.frames.map(({ kind }) => kind)).to.deep.equal(['heartbeat'])
      expect(stage.link.of('heartbeat')[0]).to.include({ join: true, last: 0 })
      expect([stage.proven, stage.delivery.isProven]).to.deep.equal([0, false])
      stage.echo()
      await stage.pass(10)
      expect(stage.link.takeSent()).to.deep.equal(['1-2'])
      expect([stage.proven, stage.delivery.isProven]).to.deep.equal([1, true])
    })

    it('is proven at once where nothing comes back, and with wire 3', async () => {
      stage.link.echoes = false
      stage.delivery.online()
      expect([stage.proven, stage.delivery.isProven]).to.deep.equal([1, true])
      stage = new DeliveryStage({ wire: 3 })
      stage.delivery.online()
      expect([stage.proven, stage.delivery.isProven]).to.deep.equal([1, true])
    })
  })

  describe('the heartbeat', () => {
    it('reconnects when nothing is received any more', async () => {
      stage.delivery.online()
      await stage.pass(20_000)
      expect(stage.link.reconnects.map(({ message }) => message)).to.deep.equal([
        'feathers-sync: nothing has been received for 16.6 s: reconnecting'
      ])
      expect(stage.errors.map(({ kind }) => kind)).to.deep.equal(['connect'])
    })

    it('reconnects once when its messages are lost, then reports it and sends no more NACKs', async () => {
      stage.delivery.online()
      for (let at = 0; at < 50; at += 1) {
        stage.takeHeartbeat({ last: 0 })
        await stage.pass(1000)
      }
      expect(stage.link.reconnects).to.have.length(1)
      expect(stage.errors.map(({ kind }) => kind)).to.deep.equal(['publish', 'publish'])
      expect(stage.proven, 'it can receive').to.equal(1)
      stage.link.published = []
      stage.takeEvent(3)
      await stage.pass(2100)
      expect(stage.link.of('nack')).to.deep.equal([])
      expect(stage.gaps).to.deep.equal([{ origin: OTHER, from: 1, to: 2, missed: 2 }])
      expect(stage.delivered).to.deep.equal(['3'])
    })

    it('reports once that a ready driver refuses it: the instance can only receive, until one comes back', async () => {
      stage.link.refuse('no permission')
      stage.delivery.send(Buffer.from('mine'), 1)
      stage.delivery.online()
      await stage.pass(30_000)
      expect(stage.errors.map(({ kind }) => kind)).to.deep.equal(['publish'])
      expect(stage.counts.framesSent).to.equal(0)
      expect([stage.proven, stage.delivery.isProven]).to.deep.equal([1, true])
      expect(stage.delivery.sender.waiting).to.equal(1)
      stage.link.driver = async () => {}
      stage.link.published = []
      await stage.pass(5000)
      stage.echo()
      await stage.pass(10)
      expect(stage.link.takeSent()).to.deep.equal(['1-1'])
      expect(stage.proven).to.equal(2)
    })

    it('is refused later: events wait, and nothing is reported twice', async () => {
      stage.delivery.online()
      await stage.pass(10)
      stage.echo()
      stage.takeHeartbeat({ join: true })
      stage.link.refuse('no permission any more')
      await stage.pass(5000)
      stage.link.published = []
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.pass(5000)
      expect(stage.link.of('events')).to.deep.equal([])
      expect(stage.errors.map(({ kind }) => kind)).to.deep.equal(['publish'])
      expect(stage.proven).to.equal(1)
    })
  })

  describe('close', () => {
    it('sends the waiting events, then leaves', async () => {
      stage.delivery.send(Buffer.from('mine'), 1)
      const closing = stage.delivery.close(1000)
      await stage.pass()
      expect(stage.link.sent).to.deep.equal(['1-1'])
      stage.echo()
      expect(await closing).to.equal(0)
      expect(stage.link.frames.map(({ kind }) => kind)).to.deep.equal(['heartbeat'])
      expect(stage.link.of('heartbeat')[0]).to.include({ leave: true, last: 1 })
    })

    it('counts what has not come back as not sent', async () => {
      stage.delivery.send(Buffer.from('mine'), 1)
      expect(await stage.close()).to.equal(1)
    })

    it('counts what a lost connection took as not sent, until it has come back over the new one', async () => {
      stage.delivery.online()
      await stage.pass(10)
      stage.echo()
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.pass(10)
      stage.link.published = []
      stage.delivery.online()
      await stage.pass(10)
      stage.delivery.online() // and another one, before anything has come back
      await stage.pass(10)
      stage.echo()
      expect(stage.link.sent, 'sent again').to.deep.equal(['again 1-1'])
      expect(stage.delivery.sender.unsent).to.equal(1)
      stage.echo()
      expect(stage.delivery.sender.unsent).to.equal(0)
    })

    it('returns how many events could not be sent', async () => {
      stage.link.status = 'reconnecting'
      stage.delivery.send(Buffer.from('[1,2]'), 3)
      stage.delivery.send(Buffer.from('mine'), 1)
      expect(await stage.close()).to.equal(4)
    })

    it('waits no longer than the timeout for a driver that hangs', async () => {
      stage.link.driver = () => new Deferred().promise
      stage.delivery.send(Buffer.from('mine'), 1)
      const closing = stage.delivery.close(500)
      await stage.pass(499)
      let done = false
      void closing.then(() => {
        done = true
      })
      await settled()
      expect(done).to.equal(false)
      await stage.pass(1)
      expect(await closing).to.equal(1)
    })

    it('receives and sends nothing afterwards', async () => {
      stage.takeEvent(1)
      stage.takeEvent(3)
      stage.delivery.online()
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.close(10)
      stage.link.published = []
      stage.delivered = []
      const before = stage.counts.framesReceived
      stage.takeEvent(2)
      stage.takeHeartbeat({ join: true })
      stage.takeNack(1, 1)
      stage.delivery.receive(Buffer.from('junk'))
      await stage.pass(600_000)
      expect(stage.link.published).to.deep.equal([])
      expect(stage.delivered).to.deep.equal([])
      expect(stage.gaps).to.deep.equal([])
      expect(stage.errors).to.deep.equal([])
      expect(stage.counts.framesReceived).to.equal(before)
    })

    it('sends neither the events returned as not sent nor a leaving heartbeat afterwards', async () => {
      const taken: Deferred[] = []
      stage.link.driver = () => {
        const deferred = new Deferred()
        taken.push(deferred)
        return deferred.promise
      }
      for (let turn = 0; turn < 10; turn += 1) {
        stage.delivery.send(Buffer.from('mine'), 1)
        await stage.pass()
      }
      expect(await stage.close(100)).to.equal(10)
      expect(stage.link.published).to.have.length(8)
      for (const { resolve } of taken) resolve()
      await stage.pass(60_000)
      expect(stage.link.published).to.have.length(8)
    })
  })
})
