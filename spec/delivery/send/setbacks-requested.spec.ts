import { expect } from 'chai'
import { KIB, SenderStage } from './sender-stage.js'

describe('Sender, setbacks of what others requested', () => {
  let stage: SenderStage

  beforeEach(() => {
    stage = new SenderStage()
  })

  it('makes smaller what was requested and cost the connection, and goes on to answer', async () => {
    await stage.sendAndHear(1, 100 * KIB)
    await stage.cut()
    const requested = []
    for (let time = 0; time < 3; time += 1) {
      stage.link.published = []
      stage.sender.answer([{ from: 1, to: 1 }])
      await stage.pass()
      requested.push(stage.largest)
      await stage.cut()
    }
    expect(requested[0]).to.be.greaterThan(100 * KIB)
    expect(requested[1]).to.be.within(1, 26 * KIB)
    expect(requested[2]).to.be.within(1, 7 * KIB)
    expect(stage.errors).to.deep.equal([])
  })

  it('does not send again what came back before, if a request is refused', async () => {
    await stage.sendAndHear(3)
    stage.link.refuse('busy')
    stage.sender.answer([{ from: 1, to: 1 }])
    await stage.pass()
    stage.link.driver = async () => {}
    stage.link.published = []
    await stage.pass(1000)
    expect(stage.link.sent).to.deep.equal([])
    stage.send(1)
    await stage.pass()
    expect(stage.link.sent).to.deep.equal(['4-4'])
  })

  it('waits for 2 s for echoes that were lost, and then sends the suspicious event', async () => {
    await stage.sendAndHear(2)
    await stage.cut()
    stage.send(1, 100 * KIB)
    await stage.pass()
    await stage.cut() // event 3 is suspected, and sent again
    await stage.hearAll()
    stage.sender.answer([{ from: 1, to: 1 }])
    await stage.pass()
    stage.link.refuse('busy')
    stage.send(1)
    await stage.pass()
    stage.link.driver = async () => {}
    stage.link.published = []
    await stage.pass(1000)
    expect(stage.link.sent, 'while the echo of the request may still come').to.deep.equal([])
    await stage.pass(1200)
    expect(stage.link.sent).to.deep.equal(['again 4-4'])
  })
})
