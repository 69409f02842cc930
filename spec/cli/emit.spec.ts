import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { command, start } from '../support/command-line.js'
import { eventually } from '../support/eventually.js'
import { Members } from '../support/members.js'

describe('feathers-sync emit', () => {
  const uri = `ipc:///tmp/feathers-sync-${randomUUID().slice(0, 8)}.sock`
  const members = new Members()
  const key = ['--key', members.key]
  const got: unknown[] = []

  before(async () => {
    for (const { app } of await members.start(2, { uri })) {
      const service = app.service('events') as unknown as EventEmitter
      service.on('made', (data) => got.push(data))
    }
  })
  afterEach(() => got.splice(0))
  after(() => members.closeAll())

  it('has every instance emit the event, and tells how many there are', async () => {
    const outcome = await command(['emit', uri, 'events', 'made', '{"id":1}', ...key])
    expect(outcome).to.include({
      code: 0,
      errors: '',
      output: 'events made was sent; there are 2 instances\n'
    })
    await eventually(() => got.length === 2)
    expect(got).to.deep.equal([{ id: 1 }, { id: 1 }])
  })

  it('takes the URI from the environment, and the data from standard input', async () => {
    const setting = { env: { FEATHERS_SYNC_URI: uri }, input: '[1,2]\n' }
    const { code, output } = await command(['emit', 'events', 'made', '-', '--json', ...key], setting)
    expect({ code, ...JSON.parse(output) }).to.deep.equal({ code: 0, sent: true, instances: 2 })
    await eventually(() => got.length === 2)
    expect(got[0]).to.deep.equal([1, 2])
  })

  it('says that nobody is there', async () => {
    const { code, output } = await command([
      'emit',
      uri,
      'events',
      'made',
      '1',
      '--key',
      'nobody',
      '--timeout',
      '300'
    ])
    expect({ code, output }).to.deep.equal({
      code: 0,
      output:
        'events made was sent; no instance is there with the key nobody and without a secret (--secret-env)\n'
    })
  })

  it('ends with 1 where the broker can not be reached in time, and says why', async () => {
    const started = performance.now()
    const { code, output, errors } = await command([
      'emit',
      'redis://u:secret@127.0.0.1:1',
      'events',
      'made',
      '1',
      '--timeout',
      '300'
    ])
    expect({ code, output }).to.deep.equal({ code: 1, output: '' })
    expect(errors).to.match(/^feathers-sync: the redis adapter at redis:\/\/u:\*\*\*@.*ECONNREFUSED.*\n$/)
    expect(performance.now() - started).to.be.below(3000)
  })

  it('ends with 1 where the event is too large, and says why', async () => {
    const input = JSON.stringify('x'.repeat(2 ** 26))
    const { code, output, errors } = await command(['emit', uri, 'events', 'made', '-', ...key], { input })
    expect({ code, output }).to.deep.equal({ code: 1, output: '' })
    expect(errors).to.match(
      /^feathers-sync: the event 'events made' has 671\d+ bytes, at most 67108864 can be sent/
    )
    const none = await command(['emit', uri, 'events', 'made', '-', '--key', 'nobody'], { input })
    expect(none).to.include({ code: 1, output: '' })
    expect(none.errors).to.match(/^feathers-sync: the event 'events made' has 671/)
  })

  it('ends with 2 where the arguments are wrong', async () => {
    expect((await command(['emit', 'ipc:', 'events', 'made', '{x'])).errors).to.match(/has to be JSON/)
    for (const [names, text] of [
      [['', 'made'], /path of a service/],
      [['events', ''], /name of an event/]
    ] as const) {
      const wrong = await command(['emit', uri, ...names, '1'])
      expect(wrong.code).to.equal(2)
      expect(wrong.errors).to.match(text).and.not.include('error of the command line')
    }
    const { code, errors } = await command(['emit', 'ipc:', 'events'])
    expect(code).to.equal(2)
    expect(errors).to.match(/takes \[uri\] <path> <event> <json>, and got 2 arguments/)
  })

  it('gives up when it is interrupted', async () => {
    const running = start(['emit', 'redis://127.0.0.1:1', 'events', 'made', '1'])
    await new Promise((resolve) => setImmediate(resolve))
    running.interrupt(130)
    expect(await running.ended).to.include({ code: 130, output: '' })
  })
})
