import { expect } from 'chai'
import { Reassembly } from '../../../lib/delivery/wire/fragments.js'
import { decodeFrame, type FragmentFrame } from '../../../lib/delivery/wire/frame.js'
import { type Head, readHead } from '../../../lib/delivery/wire/head.js'
import { Deferred, settled } from '../fake-link.js'
import { eventsFrame, ORIGIN } from '../wire/golden.js'
import { KIB, MIB, SenderStage } from './sender-stage.js'

describe('InFlight', () => {
  let stage: SenderStage

  beforeEach(() => {
    stage = new SenderStage()
  })

  it('sends its age in whole ms', async () => {
    await stage.pass(1234.5)
    stage.send(1)
    await stage.pass()
    expect(stage.link.of('events')[0]).to.include({ age: 1234, origin: ORIGIN })
  })

  it('hands eight frames to the driver and waits until it has accepted one; the waiting events then share a frame', async () => {
    const taken = stage.link.hold()
    for (let turn = 0; turn < 12; turn += 1) {
      stage.send(1)
      await stage.pass()
    }
    expect(stage.link.sent).to.have.length(8)
    expect(stage.sender).to.include({ waiting: 4, unsent: 12 })
    taken[3]?.resolve()
    await settled()
    expect(stage.link.sent.slice(8)).to.deep.equal(['9-12'])
    for (const { resolve } of taken) resolve()
    await stage.hearAll()
    expect(stage.sender).to.include({ waiting: 0, unsent: 0 })
    expect(stage.counts.sent).to.equal(12)
  })

  it('lets a frame wait for more events while 16 KiB are in flight', async () => {
    const taken = stage.link.hold()
    for (let turn = 0; turn < 5; turn += 1) {
      stage.send(10, KIB)
      await stage.pass()
    }
    expect(stage.link.sent).to.deep.equal(['1-10', '11-20'])
    taken[0]?.resolve()
    await settled()
    expect(stage.link.sent.slice(2)).to.deep.equal(['21-50'])
  })

  it('lets no full frame wait', async () => {
    stage.goAway()
    stage.send(900, KIB)
    await stage.pass()
    stage.comeBack()
    expect(stage.link.published).to.have.length(3)
  })

  it('hands no more to a driver with 4 MiB in flight', async () => {
    stage.link.echoes = false
    const first = new Deferred()
    stage.link.driver = () => first.promise
    stage.send(3, 3 * MIB)
    await stage.pass()
    expect(stage.link.published).to.have.length(17)
    first.resolve()
    await settled()
    expect(stage.link.published.length).to.be.greaterThan(17)
  })

  it('keeps at most 4 MiB under way that have not come back, and goes on as they do', async () => {
    stage.send(20, MIB)
    await stage.pass()
    expect(stage.link.published).to.have.length(19)
    const [first] = stage.link.published
    stage.sender.echo(readHead(first as Buffer) as Head)
    await settled()
    expect(stage.link.published).to.have.length(21)
    await stage.hearAll()
    expect(stage.sender).to.include({ waiting: 0, unsent: 0, isEchoed: true, last: 20 })
  })

  it('announces a large event when its last fragment is handed over', async () => {
    stage.send(1, 6 * MIB)
    await stage.pass()
    expect(stage.sender.last).to.equal(0)
    await stage.hearAll()
    expect(stage.sender.last).to.equal(1)
  })

  it('goes on when nothing has come back for 2 s: the broker has lost it', async () => {
    stage.send(20, MIB)
    await stage.pass(1999)
    expect(stage.link.published).to.have.length(19)
    await stage.pass(1)
    expect(stage.link.published).to.have.length(39)
  })

  it('leaves no timer when it is stopped', async () => {
    stage.send(20, MIB)
    await stage.pass()
    stage.sender.stop()
    await stage.pass(10_000)
    expect(stage.link.published).to.have.length(19)
  })

  it('sends payloads without frames with wire 3, and refuses those larger than the broker accepts', async () => {
    stage = new SenderStage({ wire: 3 })
    stage.link.maxPayload = 500
    stage.sender.send(Buffer.alloc(501, 'y'), 1)
    stage.send(2, 500)
    await stage.pass()
    expect(stage.errors.map(({ kind }) => kind)).to.deep.equal(['too-large'])
    expect(stage.link.published.map(String)).to.deep.equal(['x'.repeat(500), 'x'.repeat(500)])
  })

  it('sends fragments of a frame that is larger than the broker accepts', async () => {
    stage.link.maxPayload = 500
    const payload = Buffer.from(Array.from({ length: 2000 }, (_, at) => at % 256))
    stage.sender.send(payload, 1)
    await stage.pass()
    expect(stage.link.published).to.have.length(5)
    expect(stage.counts).to.include({ sent: 1, framesSent: 5 })
    const reassembly = new Reassembly()
    let whole: Buffer | undefined
    for (const bytes of stage.link.published) {
      expect(bytes.length).to.be.at.most(500)
      whole = reassembly.take(decodeFrame(bytes) as FragmentFrame)
    }
    const frame = decodeFrame(whole as Buffer)
    expect(frame).to.deep.equal(eventsFrame([{ first: 1, count: 1, payload }]))
  })

  it('sends a large event alone, and the events around it in frames of their own', async () => {
    stage.link.maxPayload = 500
    stage.send(2)
    stage.send(1, 2000)
    stage.send(2)
    await stage.pass()
    expect(stage.link.sent).to.deep.equal(['1-2', '4-5'])
    expect(stage.link.of('fragment').map(({ first }) => first)).to.deep.equal([3, 3, 3, 3, 3])
  })

  it('reports a frame that a ready driver refuses', async () => {
    stage.link.refuse('no permission')
    stage.send(1)
    await stage.pass()
    expect(stage.errors.map(({ kind, message }) => `${kind} ${message}`)).to.deep.equal([
      'publish feathers-sync: could not publish: no permission'
    ])
    expect(stage.counts).to.include({ sent: 0, framesSent: 0 })
  })
})
