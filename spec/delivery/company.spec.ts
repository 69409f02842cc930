import { expect } from 'chai'
import { DeliveryStage } from './delivery-stage.js'

describe('Delivery.isAlone', () => {
  let stage: DeliveryStage

  beforeEach(async () => {
    stage = new DeliveryStage()
    stage.delivery.online()
    await stage.pass(10)
    stage.echo()
    stage.takeHeartbeat()
    await stage.pass(1000)
  })

  const make = async () => {
    stage.delivery.send(Buffer.from('mine'), 1)
    await stage.pass()
  }

  /** A new connection, over which what waits is sent again. */
  const reconnect = async () => {
    stage.link.status = 'reconnecting'
    await stage.pass(1000)
    stage.link.status = 'ready'
    stage.link.published = []
    stage.delivery.online()
    await stage.pass(10)
    stage.echo()
    await stage.pass(10)
  }

  it('is false while others are heard', async () => {
    await make()
    expect(stage.delivery.isAlone).to.equal(false)
  })

  it('is false where nobody was ever there', async () => {
    stage = new DeliveryStage()
    stage.delivery.online()
    await make()
    await reconnect()
    expect(stage.delivery.isAlone).to.equal(false)
  })

  it('is false where nobody is back, but nothing was sent', async () => {
    await reconnect()
    expect(stage.delivery.isAlone).to.equal(false)
  })

  it('is false where nobody is back, but others were heard after the last event', async () => {
    await make()
    stage.echo()
    await stage.pass(1000)
    stage.takeHeartbeat({ last: 0 })
    await reconnect()
    expect(stage.delivery.isAlone).to.equal(false)
  })

  it('is true where an event had just been sent when the connection was lost', async () => {
    await make()
    stage.echo()
    await reconnect()
    expect(stage.delivery.isAlone).to.equal(true)
    stage.takeHeartbeat()
    expect(stage.delivery.isAlone).to.equal(false)
  })

  it('is true where an event is sent again, however long ago it was made', async () => {
    await make()
    await stage.pass(4000)
    stage.takeHeartbeat()
    await reconnect()
    stage.echo()
    expect(stage.delivery.isAlone).to.equal(true)
  })

  it('is true where an event waits, or is sent over the new connection', async () => {
    await reconnect()
    stage.delivery.send(Buffer.from('mine'), 1)
    expect(stage.delivery.isAlone, 'waits').to.equal(true)
    await stage.pass()
    stage.echo()
    expect(stage.delivery.isAlone, 'sent').to.equal(true)
  })

  it('is true where an event was sent over the new connection, and nothing comes back', async () => {
    stage.link.echoes = false
    await reconnect()
    await make()
    expect(stage.delivery.isAlone).to.equal(true)
  })
})
