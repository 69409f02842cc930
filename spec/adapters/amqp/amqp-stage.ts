import { randomUUID } from 'node:crypto'
import { connect } from 'amqplib'
import { expect } from 'chai'
import { AmqpAdapter } from '../../../lib/index.js'
import { resolveOptions } from '../../../lib/sync/options.js'
import { type Recorder, recorder } from '../../conformance/instances.js'
import { type RabbitBroker, sharedRabbit } from '../../support/brokers/rabbitmq.js'
import { eventually } from '../../support/eventually.js'
import { startProxy, type TcpProxy } from '../../support/proxy.js'

/** An adapter and what its handlers were called with. */
export interface Started extends Recorder {
  adapter: AmqpAdapter
  ready: Promise<void>
}

/** RabbitMQ with a virtual host for the suite, a proxy before it, and a `key` for each test. */
export class AmqpStage {
  broker!: RabbitBroker
  uri!: string
  proxy!: TcpProxy
  key!: string
  readonly #vhost: string
  readonly #adapters: AmqpAdapter[] = []

  constructor(vhost: string) {
    this.#vhost = vhost
    before(async () => {
      this.broker = await sharedRabbit()
      this.uri = await this.broker.createVhost(vhost)
    })
    beforeEach(async () => {
      this.key = `key-${randomUUID()}`
      this.proxy = await startProxy(this.broker.port)
    })
    afterEach(async () => {
      await Promise.all(this.#adapters.splice(0).map((adapter) => adapter.close()))
      await this.proxy.close()
    })
  }

  get proxied(): string {
    return this.uri.replace(`:${this.broker.port}`, `:${this.proxy.port}`)
  }

  /** An adapter that is connecting. */
  start(uri = this.uri, amqpConnectionOptions = {}, adapter = new AmqpAdapter()): Started {
    adapter.options = resolveOptions({ uri, key: this.key, amqpConnectionOptions })
    this.#adapters.push(adapter)
    const handlers = recorder()
    const ready = adapter.connect(handlers)
    ready.catch(() => {})
    return { adapter, ready, ...handlers }
  }

  /** An adapter that is ready. */
  async open(uri?: string, amqpConnectionOptions?: object): Promise<Started> {
    const started = this.start(uri, amqpConnectionOptions)
    await started.ready
    return started
  }

  /** Connections, channels, queues and consumers at the broker. */
  counts(): Promise<string> {
    return this.broker.eval(`{length(rabbit_networking:connections()), length(rabbit_channel:list()),
      length(rabbit_amqqueue:list(<<"${this.#vhost}">>)), length(rabbit_amqqueue:consumers_all(<<"${this.#vhost}">>))}`)
  }

  async nothingLeft(): Promise<void> {
    await eventually(async () => expect(await this.counts()).to.equal('{0,0,0,0}'))
  }

  async declareExchange(name: string, durable: boolean): Promise<void> {
    const connection = await connect(this.uri)
    await (await connection.createChannel()).assertExchange(name, 'fanout', { durable })
    await connection.close()
  }

  async deleteExchange(name: string): Promise<void> {
    await this.broker.eval(
      `rabbit_exchange:delete({resource, <<"${this.#vhost}">>, exchange, <<"${name}">>}, false, <<"x">>)`
    )
  }
}
