import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { useFakeTimers } from 'sinon'
import { eventually } from '../../support/eventually.js'
import { AmqpStage } from './amqp-stage.js'

describe('AmqpAdapter, publishing and closing', function () {
  this.timeout(60_000)
  const stage = new AmqpStage('amqp-publish')

  describe('publish', () => {
    const messages = Array.from({ length: 100 }, (_, index) => Buffer.alloc(200_000, index))

    it('resolves only when the driver has room again, in the order of the calls', async () => {
      const [one, two] = [await stage.open(stage.proxied), await stage.open()]
      stage.proxy.stall('up')
      const taken: number[] = []
      const all = messages.map((message, index) => one.adapter.publish(message).then(() => taken.push(index)))
      await two.adapter.publish(Buffer.from('meanwhile'))
      await eventually(() => two.received.length === 1, { message: 'a message by another way' })
      expect(taken).to.have.length.below(50)
      stage.proxy.resume()
      await Promise.all(all)
      await eventually(() => two.received.length === 101, { message: 'all messages' })
      expect(two.received.slice(1).map((message) => message[0])).to.deep.equal([...messages.keys()])
    })

    it('keeps a limit that it has learned for as long as the connection', async () => {
      const limit = (bytes: number) =>
        stage.broker.eval(`application:set_env(rabbit, max_message_size, ${bytes})`)
      const standard = await stage.broker.eval('element(2, application:get_env(rabbit, max_message_size))')
      const { adapter, statuses } = await stage.open()
      const before = adapter.maxPayload
      try {
        await limit(1000)
        await stage.broker.closeConnections() // which know the limit that they began with
        await eventually(() => statuses.length === 4, { message: 'the reconnect' })
        await adapter.publish(Buffer.alloc(2000)).catch(() => {})
        await eventually(() => adapter.maxPayload === 1000, { message: 'the limit' })
      } finally {
        await limit(Number(standard))
      }
      await stage.broker.closeConnections()
      await eventually(() => adapter.maxPayload === before, { message: 'the limit to be forgotten' })
    })

    it('rejects what has to wait when the channel closes', async () => {
      const { adapter } = await stage.open(stage.proxied)
      stage.proxy.stall('up')
      const all = messages.map((message) => adapter.publish(message))
      const outcomes = Promise.allSettled(all)
      stage.proxy.cut()
      const rejected = (await outcomes).filter(({ status }) => status === 'rejected')
      expect(rejected).to.have.length.above(50)
      expect(rejected[0]).to.have.nested.property('reason.kind', 'publish')
      stage.proxy.resume()
    })
  })

  describe('close', () => {
    it('leaves nothing at the broker', async () => {
      const [one, two] = [await stage.open(), await stage.open()]
      await Promise.all([one.adapter.close(), two.adapter.close()])
      await stage.nothingLeft()
    })

    it('ends in time where the broker does not answer, and destroys the socket', async () => {
      const { adapter } = await stage.open(stage.proxied)
      stage.proxy.stall()
      const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) // a busy machine is late
      let isClosed = false
      const closed = adapter.close().then(() => {
        isClosed = true
      })
      try {
        await clock.tickAsync(500)
        expect(isClosed, 'closed after 500 ms').to.equal(false)
        await clock.tickAsync(1000)
        expect(isClosed, 'closed after 1500 ms').to.equal(true)
      } finally {
        await clock.runAllAsync()
        await closed
        clock.restore()
      }
      stage.proxy.resume()
      await eventually(() => stage.proxy.connections === 0, { message: 'the end of the connection' })
      await stage.nothingLeft() // it doesn't connect again
    })

    it('ends an attempt that hangs, at once, and destroys the socket', async () => {
      const sockets: Socket[] = []
      const mute = createServer((socket) => sockets.push(socket.on('error', () => {}).resume()))
      await once(mute.listen(0, '127.0.0.1'), 'listening')
      const { adapter } = stage.start(`amqp://127.0.0.1:${(mute.address() as AddressInfo).port}`)
      await eventually(() => sockets.length === 1, { message: 'the connection' })
      const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      try {
        await adapter.close() // in no time of this clock
      } finally {
        clock.restore()
      }
      await eventually(() => sockets[0]?.destroyed, { timeout: 1000, message: 'the end of the connection' })
      mute.close()
    })
  })
})
