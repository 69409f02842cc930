import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { rejection } from '../../conformance/rejection.js'
import { eventually } from '../../support/eventually.js'
import { AmqpStage } from './amqp-stage.js'

const VHOST = 'amqp-settings'
const PASSWORD = 'pä/w'

describe('AmqpAdapter, settings of the server', function () {
  this.timeout(60_000)
  const stage = new AmqpStage(VHOST)

  const permit = async (name: string, [configure, write, read]: readonly string[]) => {
    const binary = (text = '') => `<<"${text.replaceAll('\\', '\\\\')}">>`
    const password = [...Buffer.from(PASSWORD)].join(',')
    await stage.broker.eval(
      `catch rabbit_auth_backend_internal:add_user(<<"${name}">>, <<${password}>>, <<"x">>)`
    )
    await stage.broker.eval(`rabbit_auth_backend_internal:set_permissions(<<"${name}">>, <<"${VHOST}">>,
      ${binary(configure)}, ${binary(write)}, ${binary(read)}, <<"x">>)`)
    return stage.uri.replace('guest:guest', `${name}:${encodeURIComponent(PASSWORD)}`)
  }

  it('shows the library, its version and a name in the list of connections', async () => {
    await stage.open()
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    const seen = await stage.broker.eval('rabbit_networking:connection_info_all([client_properties])')
    expect(seen)
      .to.contain('{<<"product">>,longstr,<<"feathers-sync">>}')
      .and.to.contain(`{<<"version">>,longstr,<<"${version}">>}`)
      .and.to.contain(`{<<"connection_name">>,longstr,<<"feathers-sync ${stage.key}">>}`)
      .and.to.contain('connection.blocked')
  })

  it('works with the least permissions, and not with fewer', async () => {
    const own = String.raw`^amq\.gen-`
    const both = `^(amq\\.gen-.*|${stage.key})$`
    const uri = await permit('least', [both, both, both])
    const [one, two] = [await stage.open(uri), await stage.open(uri)]
    await one.adapter.publish(Buffer.from('hello'))
    await eventually(() => two.received.length === 1, { message: 'the message' })
    for (const rights of [
      ['^$', both, both],
      [both, '^$', both],
      [both, both, own]
    ]) {
      const less = await permit(`less-${randomUUID()}`, rights)
      expect(await rejection(stage.start(less).ready)).to.have.property('kind', 'auth')
    }
  })

  // a virtual host with another default, which RabbitMQ has since 3.11, is in the matrix
  it('says that its queue is a classic one', async () => {
    await stage.open()
    const queues = await stage.broker.eval(
      `[{amqqueue:get_type(Q), amqqueue:get_arguments(Q)} || Q <- rabbit_amqqueue:list(<<"${VHOST}">>)]`
    )
    expect(queues).to.equal('[{rabbit_classic_queue,[{<<"x-queue-type">>,longstr,<<"classic">>}]}]')
  })

  it('waits constantly for `reconnectTimeInSeconds`', async () => {
    stage.proxy.refuse()
    const { errors } = stage.start(stage.proxied, { reconnectTimeInSeconds: 0.3 })
    await eventually(() => errors.length === 1)
    const began = performance.now()
    await eventually(() => errors.length === 6)
    expect(performance.now() - began).to.be.within(1400, 4000)
  })
})
