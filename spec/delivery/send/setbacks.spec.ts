import { expect } from 'chai'
import { unitsOf } from '../../../lib/delivery/wire/batch.js'
import type { EventsFrame } from '../../../lib/delivery/wire/frame.js'
import { SyncError } from '../../../lib/errors.js'
import { settled } from '../fake-link.js'
import { KIB, MIB, SenderStage } from './sender-stage.js'

describe('Sender, setbacks', () => {
  let stage: SenderStage

  beforeEach(() => {
    stage = new SenderStage()
  })

  const kinds = () => stage.errors.map(({ kind }) => kind)
  describe('an event that the connection is lost with each time', () => {
    beforeEach(async () => {
      stage.send(1)
      stage.send(1, 2 * MIB)
      stage.send(3)
      await stage.pass()
      stage.echo(1)
    })

    it('is sent alone, in smaller messages and fewer of them each time', async () => {
      await stage.cut() // the first event had come back meanwhile: no sign of anything
      const sizes = []
      for (let time = 0; time < 3; time += 1) {
        await stage.cut()
        expect(stage.link.sent).to.deep.equal([])
        sizes.push([stage.largest, stage.link.published.reduce((sum, { length }) => sum + length, 0)])
      }
      expect(sizes.map(([message]) => message)).to.deep.equal([64 * KIB, 16 * KIB, 4 * KIB])
      expect(sizes.map(([, window]) => window)).to.deep.equal([256 * KIB, 64 * KIB, 16 * KIB])
      expect(stage.errors).to.deep.equal([])
    })

    it('is given up in the end, costs itself alone, and those behind it are sent', async () => {
      for (let time = 0; time < 5; time += 1) await stage.cut()
      expect(kinds()).to.deep.equal(['too-large'])
      expect(stage.errors[0]?.message).to.match(
        /an event has 2097152 bytes and does not get through .* the connection is lost/
      )
      await stage.hearAll()
      const units = stage.link.of('events').flatMap((frame: EventsFrame) => unitsOf(frame))
      expect(units.map(({ first, payload }) => [first, payload.length])).to.deep.equal([
        [2, 0],
        [3, 10],
        [4, 10],
        [5, 10]
      ])
      expect(stage.counts.lost).to.equal(1)
      expect(stage.sender).to.include({ isEchoed: true, waiting: 0 })
    })

    it('is sent whole when it gets through, and the others with it', async () => {
      for (let time = 0; time < 3; time += 1) await stage.cut()
      await stage.hearAll()
      expect(stage.sender).to.include({ isEchoed: true, last: 5 })
      expect(stage.errors).to.deep.equal([])
    })
  })

  it('gives up what a driver refuses at the loss of the connection each time, as what it has accepted', async () => {
    stage.link.refuse('the connection is lost')
    stage.send(1, 300 * KIB)
    stage.link.status = 'reconnecting'
    await stage.pass()
    for (let time = 0; time < 4; time += 1) {
      await stage.cut()
      stage.link.status = 'reconnecting'
    }
    await stage.cut()
    expect(kinds()).to.deep.equal(['too-large'])
  })

  it('takes no late refusal of the old connection for one of the new', async () => {
    const held = stage.link.hold()
    stage.send(1)
    await stage.pass()
    stage.goAway()
    stage.link.status = 'ready'
    stage.link.driver = async () => {}
    stage.sender.suspend()
    held[0]?.reject(new Error('cut'))
    await stage.pass()
    stage.sender.resume()
    await stage.hearAll()
    expect(stage.errors).to.deep.equal([])
    expect(stage.sender.isEchoed).to.equal(true)
  })

  it('remembers a size that failed twice, though smaller events got through between', async () => {
    for (let time = 0; time < 2; time += 1) {
      stage.send(1, 40 * KIB)
      await stage.pass()
      await stage.cut()
      await stage.hearAll()
      await stage.cut() // with nothing under way
    }
    for (let time = 0; time < 20; time += 1) {
      stage.link.published = []
      stage.send(1, 40 * KIB)
      await stage.pass()
      await stage.hearAll()
      expect(stage.largest).to.be.at.most(21 * KIB)
    }
  })

  it('suspects nothing where nothing was under way', async () => {
    for (let time = 0; time < 10; time += 1) await stage.cut()
    stage.send(3)
    await stage.pass()
    expect(stage.link.sent).to.deep.equal(['1-3'])
  })

  it('sends nothing over a connection that is not proven', async () => {
    stage.goAway()
    stage.send(1, MIB)
    await stage.pass()
    stage.link.status = 'ready'
    stage.link.driver = async () => {}
    stage.sender.suspend()
    stage.send(1)
    await stage.pass(60_000)
    expect(stage.link.published.length).to.equal(0)
    stage.sender.resume()
    await stage.hearAll()
    expect(stage.sender.isEchoed).to.equal(true)
  })

  it('lets messages grow again, but for ten minutes not to what failed', async () => {
    stage.send(1, 2 * MIB)
    await stage.pass()
    for (let time = 0; time < 3; time += 1) await stage.cut()
    await stage.hearAll()
    const next = async () => {
      stage.link.published = []
      stage.send(8, MIB)
      await stage.pass()
      await stage.hearAll()
      return stage.largest
    }
    for (let time = 0; time < 5; time += 1) expect(await next()).to.be.at.most(32 * KIB)
    await stage.pass(600_000)
    for (let time = 0; time < 5; time += 1) await next()
    expect(await next()).to.equal(256 * KIB)
  })

  describe('a refusal by a ready link', () => {
    it('of a size that has become known makes messages smaller at once', async () => {
      stage.link.driver = async () => {
        stage.link.maxPayload = 10 * KIB
        stage.link.driver = async () => {}
        throw new SyncError('too-large', 'too large')
      }
      stage.send(1, 100 * KIB)
      await stage.pass()
      await stage.hearAll()
      expect(stage.errors).to.deep.equal([])
      expect(stage.link.of('fragment').every(({ chunk }) => chunk.length < 10 * KIB)).to.equal(true)
      expect(stage.sender.isEchoed).to.equal(true)
    })

    it('is tried again after growing pauses, while the link stays ready', async () => {
      stage.link.refuse('busy')
      stage.send(1)
      await stage.pass()
      stage.link.published = []
      await stage.pass(199)
      expect(stage.link.published).to.have.length(0)
      await stage.pass(1)
      expect(stage.link.published).to.have.length(1)
      await stage.pass(399)
      expect(stage.link.published).to.have.length(1)
      stage.link.driver = async () => {}
      await stage.pass(1)
      await stage.hearAll()
      expect(stage.sender.isEchoed).to.equal(true)
    })

    it('of every message gives up nothing: the event is not the reason', async () => {
      stage.link.refuse('no permission')
      stage.send(1)
      await stage.pass(600_000)
      expect(kinds()).to.not.include('too-large')
      expect(stage.counts.lost).to.equal(0)
    })

    it('of one event, while others come back, gives it up', async () => {
      stage.link.refuse('refused')
      stage.send(1)
      for (let time = 0; time < 10; time += 1) {
        await stage.pass(5000)
        stage.echo(0)
      }
      expect(kinds()).to.include('too-large')
      expect(stage.counts.lost).to.equal(1)
    })
  })

  describe('without echo', () => {
    beforeEach(() => {
      stage = new SenderStage({ wire: 3 })
    })

    it('sends again only what was refused when the connection was lost', async () => {
      stage.send(2)
      await stage.pass()
      stage.goAway()
      stage.link.status = 'ready' // the driver rejects before it says that it is away
      stage.send(1)
      await stage.pass()
      await stage.outage(1)
      expect(stage.link.published).to.have.length(2)
    })

    it('forgets what was refused long before', async () => {
      stage.link.refuse('refused')
      stage.send(1)
      await stage.pass()
      stage.link.driver = async () => {}
      for (let event = 0; event < 10; event += 1) stage.send(1)
      await stage.pass(6000)
      stage.link.published = []
      stage.goAway()
      stage.comeBack()
      await stage.pass()
      expect(stage.link.published).to.have.length(0)
    })

    it('gives up what is refused at each loss of the connection', async () => {
      stage.goAway()
      stage.link.status = 'ready'
      stage.send(1)
      await stage.pass()
      for (let time = 0; time < 4; time += 1) {
        stage.sender.resume()
        await settled()
      }
      expect(kinds()).to.include('too-large')
      expect(stage.counts.lost).to.equal(1)
    })
  })
})
