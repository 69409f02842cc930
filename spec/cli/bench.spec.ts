import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { expect } from 'chai'
import { startRedis } from '../support/brokers/redis.js'
import { command, compiledCommand, removeCommand } from '../support/command-line.js'

describe('feathers-sync bench', () => {
  let program: string
  const { NODE_PATH } = process.env
  before(async () => {
    program = await compiledCommand()
    process.env.NODE_PATH = join(import.meta.dirname, '../../node_modules') // for the child process
  })
  after(async () => {
    if (NODE_PATH === undefined) delete process.env.NODE_PATH
    else process.env.NODE_PATH = NODE_PATH
    await removeCommand()
  })

  it('measures what comes from another process, under a key of its own', async () => {
    const redis = await startRedis()
    const args = ['bench', redis.uri, '--seconds', '1', '--rate', '100', '--key', 'app']
    const { code, output, errors } = await command(args, { program })
    await redis.stop()
    expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
    const shape =
      /^redis:.* with the key app-bench, events of 200 B\n.*\n\nas fast as possible {2}([\d,]+) events\/s, [\d.]+ \w+\/s \([\d,]+ events, none lost\)\nat 100\/s +p50 [\d.]+ ms, p99 [\d.]+ m?s from emit to receipt \(100 events, none lost\)\n$/
    expect(output).to.match(shape)
    expect(Number(shape.exec(output)?.[1]?.replace(',', ''))).to.be.above(1000)
  })

  it('seals what it sends with a secret, which the other process gets by no argument', async () => {
    const secret = randomBytes(32).toString('base64')
    const args = [
      'bench',
      'ipc:',
      '--seconds',
      '1',
      '--rate',
      '50',
      '--key',
      randomUUID(),
      '--secret-env',
      'MINE'
    ]
    const setting = { program, env: { MINE: secret } }
    const { code, output, errors } = await command([...args, '--json'], setting)
    expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
    const { sealed, saturated, steady } = JSON.parse(output)
    expect({ sealed, lost: saturated.lost, steady: steady.events }).to.deep.equal({
      sealed: true,
      lost: 0,
      steady: 50
    })
    expect(output).not.to.include(secret)
  })

  it('says in one line that the broker can not be reached', async () => {
    const { code, output, errors } = await command(['bench', 'redis://127.0.0.1:1'])
    expect({ code, output }).to.deep.equal({ code: 1, output: '' })
    expect(errors).to.match(/^feathers-sync: .*ECONNREFUSED.*\n$/)
  })
})
