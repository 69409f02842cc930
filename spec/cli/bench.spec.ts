import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { startRedis } from '../support/brokers/redis.js'
import { removeCommand, spawnCommand } from '../support/command-line.js'

describe('feathers-sync bench', () => {
  after(removeCommand)

  it('measures what comes from another process, under a key of its own', async () => {
    const redis = await startRedis()
    const child = await spawnCommand([
      'bench',
      redis.uri,
      '--seconds',
      '1',
      '--rate',
      '100',
      '--json',
      '--key',
      'app'
    ])
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout as never),
      text(child.stderr as never),
      once(child, 'close')
    ])
    await redis.stop()
    expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
    const { key, saturated, steady } = JSON.parse(output)
    expect(key).to.equal('app-bench')
    expect(saturated).to.include({ lost: 0 })
    expect(saturated.bytes).to.equal(saturated.events * 200)
    expect(steady).to.include({ events: 100, lost: 0 })
    expect(steady.p50).to.be.above(0).and.at.most(steady.p99)
  })

  it('says in one line that the broker can not be reached', async () => {
    const child = await spawnCommand(['bench', 'redis://127.0.0.1:1'])
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout as never),
      text(child.stderr as never),
      once(child, 'close')
    ])
    expect({ code, output }).to.deep.equal({ code: 1, output: '' })
    expect(errors).to.match(/^feathers-sync: .*ECONNREFUSED.*\n$/)
  })
})
