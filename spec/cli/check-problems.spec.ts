import { createServer } from 'node:net'
import { expect } from 'chai'
import { startNats } from '../support/brokers/nats.js'
import { freePort } from '../support/brokers/ports.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { command } from '../support/command-line.js'

const PASSWORD = 'a-l0ng-pässword'
const ENCODED = encodeURIComponent(PASSWORD)

/** The finding that is a problem; there has to be one alone. */
async function problemOf(uri: string): Promise<{ check: string; text: string; advice?: string }> {
  const { code, output, errors } = await command(['check', '--json', uri])
  const { ok, findings } = JSON.parse(output)
  const problems = findings.filter(({ status }: { status: string }) => status === 'problem')
  expect({ code, ok, problems: problems.length, errors }).to.deep.equal({
    code: 1,
    ok: false,
    problems: 1,
    errors: ''
  })
  for (const secret of [PASSWORD, ENCODED]) expect(output).not.to.include(secret)
  return problems[0]
}

describe('feathers-sync check, where something is wrong', () => {
  it('says that no server is there, and what to change', async () => {
    const port = await freePort()
    for (const scheme of ['redis', 'amqp', 'nats']) {
      const { check, text, advice } = await problemOf(`${scheme}://user:${ENCODED}@127.0.0.1:${port}`)
      expect(check).to.equal('connection')
      expect(text).to.match(/ECONNREFUSED|no server listens/)
      expect(advice).to.equal('start the server there, or correct host and port in the URI')
    }
  })

  it('says that a server does not answer', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as { port: number }
    const { code, output } = await command(['check', `redis://127.0.0.1:${port}`, '--timeout', '100'])
    silent.close()
    expect(code).to.equal(1)
    expect(output).to.match(
      /✗ connection +the redis adapter at redis:\/\/127\.0\.0\.1:\d+ has not connected within 100 ms/
    )
    expect(output).to.match(/\n {19}→ does a firewall let this machine through/)
  })

  describe('on Redis', () => {
    const place = async (...acl: string[]) => {
      const redis = await startRedis()
      if (acl.length > 0) await redis.command('ACL', 'SETUSER', 'sync', 'on', `>${PASSWORD}`, ...acl)
      return { redis, uri: `redis://sync:${ENCODED}@127.0.0.1:${redis.port}` }
    }

    it('says that the credentials are refused', async () => {
      const { redis, uri } = await place()
      const { check, text, advice } = await problemOf(uri)
      await redis.stop()
      expect(check).to.equal('connection')
      expect(text).to.match(/was refused: WRONGPASS/)
      expect(advice).to.match(/^user name and password are those of the URI/)
    })

    it('says which right is missing: to subscribe, or to publish', async () => {
      const advice = 'at the server: ACL SETUSER sync resetchannels &feathers-sync +publish +subscribe +role'
      const { redis, uri } = await place('resetchannels', '&other', '-@all', '+publish', '+subscribe')
      const subscribe = await problemOf(uri)
      await redis.command('ACL', 'SETUSER', 'sync', '&feathers-sync', '-publish')
      const publish = await problemOf(uri)
      await redis.command('ACL', 'SETUSER', ...advice.split(' ').slice(5), 'on')
      const { code } = await command(['check', uri])
      await redis.stop()
      expect(subscribe).to.include({ check: 'connection', kind: 'auth', advice })
      expect(subscribe.text).to.match(/may not subscribe: NOPERM/)
      expect(publish).to.include({ check: 'rights', kind: 'publish', advice })
      expect(publish.text).to.match(/could not publish: NOPERM/)
      expect(code).to.equal(0)
    })
  })

  it('says on NATS which right is missing', async () => {
    const [none, subscribe] = [{ deny: '>' }, { allow: 'feathers-sync' }]
    const user = (permissions: object) => ({ user: 'sync', password: PASSWORD, permissions })
    const texts: string[] = []
    for (const permissions of [
      { publish: subscribe, subscribe: none },
      { publish: none, subscribe }
    ]) {
      const nats = await startNats({ config: { authorization: { users: [user(permissions)] } } })
      const { check, text } = await problemOf(`nats://sync:${ENCODED}@127.0.0.1:${nats.port}`)
      await nats.stop()
      texts.push(`${check}: ${text}`)
    }
    expect(texts[0], texts[0]).to.match(
      /^connection: .* may not subscribe to 'feathers-sync'.*`permissions: \{ publish:/
    )
    expect(texts[1]).to.match(/^rights: .* no right to publish to 'feathers-sync'.*`permissions: \{ publish:/)
  })

  it('says on RabbitMQ that the credentials are refused, and which right is missing', async () => {
    const rabbit = await sharedRabbit()
    const host = await rabbit.createVhost('cli')
    await rabbit.eval(`rabbit_auth_backend_internal:add_user(<<"sync">>, <<"secret-word">>, <<"guest">>)`)
    const rights = (...patterns: string[]) =>
      rabbit.eval(
        `rabbit_auth_backend_internal:set_permissions(<<"sync">>, <<"cli">>, ${patterns.map((one) => `<<"${one}">>`).join(', ')}, <<"guest">>)`
      )
    const as = (password: string) => host.replace('guest:guest', `sync:${password}`)
    const refused = await problemOf(as('wrong'))
    const noHost = await problemOf(as('secret-word'))
    const all = '^(feathers-sync|amq\\\\.gen-.*)$'
    await rights(all, '^amq\\\\.gen-.*$', all)
    const noWrite = await problemOf(as('secret-word'))
    await rights(all, all, all)
    const { code } = await command(['check', as('secret-word')])
    expect(refused.text).to.match(/was refused:.*ACCESS.REFUSED/)
    expect(refused.advice).to.match(/^user name and password/)
    expect(noHost.text).to.match(/virtual host/)
    expect(noWrite).to.include({ check: 'rights', kind: 'publish' })
    expect(noWrite.text).to.match(/needs the write permission for the exchange 'feathers-sync'/)
    expect(noWrite.advice).to.equal(
      "at the server: rabbitmqctl set_permissions -p cli sync '^(feathers-sync|amq\\.gen-.*)$' '^(feathers-sync|amq\\.gen-.*)$' '^(feathers-sync|amq\\.gen-.*)$'"
    )
    expect(code).to.equal(0)
  })
})
