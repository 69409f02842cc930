import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { SecretOption } from '../../lib/index.js'
import { start } from '../support/command-line.js'
import { eventually } from '../support/eventually.js'
import { Members, range } from '../support/members.js'
import { PLACES, type Place } from '../support/places.js'
import { given, other, outcomeOf, secret, VARIABLES } from './fleet-secret.js'

const NONE = /the instances have a secret, and none is given here: .*--secret-env/
const ANOTHER = /there are instances with another secret: .*--secret-env/
const NEEDLESS = /there are instances without a secret, and one is given here: leave out --secret-env/

for (const [adapter, open] of Object.entries(PLACES)) {
  describe(`feathers-sync with a secret, on ${adapter}`, () => {
    let broker: Place
    let members: Members
    const at = (...args: string[]) => [...args, broker.uri, '--key', members.key]
    const fleet = (options: { secret?: SecretOption } = {}) =>
      members.start(2, { uri: broker.uri, heartbeat: 500, ...options })

    before(async () => {
      broker = await open()
    })
    after(() => broker.stop())
    beforeEach(() => {
      members = new Members()
    })
    afterEach(() => members.closeAll())

    it('check finds the instances, and that the secret is theirs, also while it is changed', async () => {
      for (const [fleets, name] of [
        [secret, 'SYNC_SECRET'],
        [[other, secret], 'BOTH']
      ] as const) {
        await fleet({ secret: fleets })
        const { code, output, errors } = await outcomeOf([...at('check'), ...given(name)])
        expect(output).to.match(/✓ instances +2 instances\n/)
        expect(output).to.match(/✓ secret +that of the instances/)
        expect({ code, errors }, output).to.deep.equal({ code: 0, errors: '' })
        for (const member of members.all) expect(member.texts()).to.equal('')
        await members.closeAll()
      }
    })

    it('check says what to do where the secret is another one, missing, or too much', async () => {
      await fleet({ secret })
      const none = await outcomeOf(at('check'))
      const another = await outcomeOf([...at('check', '--json'), ...given('OTHER_SECRET')])
      await members.closeAll()
      await fleet()
      const needless = await outcomeOf([...at('check'), ...given('SYNC_SECRET')])
      expect([none, another, needless].map(({ code, errors }) => ({ code, errors }))).to.deep.equal(
        Array(3).fill({ code: 1, errors: '' })
      )
      expect(none.output).to.match(new RegExp(`✗ secret +${NONE.source}`))
      expect(needless.output).to.match(new RegExp(`✗ secret +${NEEDLESS.source}`))
      const { ok, secret: found, findings } = JSON.parse(another.output)
      expect(ok).to.equal(false)
      expect(found.given).to.equal(true)
      expect(found.dropped.foreign).to.be.at.least(1)
      const problem = findings.find(({ check }: { check: string }) => check === 'secret')
      expect(problem).to.include({ status: 'problem', kind: 'secret' })
      expect(problem.text).to.match(ANOTHER)
    })

    it('watch and top show events and instances, and emit is heard', async () => {
      const [one, two] = await fleet({ secret })
      const watch = start([...at('watch', '--json', '--count', '6'), ...given('SYNC_SECRET')], {
        env: VARIABLES
      })
      await eventually(() => watch.documents().some(({ type }) => type === 'watching'))
      one.make(5)
      const data = JSON.stringify({ by: 'cli', number: 1 })
      const emit = ['emit', broker.uri, 'events', 'made', data, '--key', members.key]
      const sent = await outcomeOf([...emit, ...given('SYNC_SECRET')])
      expect(sent).to.include({
        code: 0,
        errors: '',
        output: 'events made was sent; there are 2 instances\n'
      })
      const { code, errors } = await watch.ended
      expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
      expect(watch.documents().filter(({ type }) => type === 'event')).to.have.length(6)
      await eventually(async () => {
        expect(two.got(one)).to.deep.equal(range(1, 5))
        for (const member of [one, two]) expect(member.got('cli')).to.deep.equal([1])
      })
      const top = await outcomeOf([...at('top', '--once', '--json', '-i', '1'), ...given('SYNC_SECRET')])
      expect(top).to.include({ code: 0, errors: '' })
      expect(JSON.parse(top.output).instances).to.have.length(2)
      for (const member of [one, two]) expect(member.texts()).to.equal('')
    })
  })
}

describe('feathers-sync, the secret', () => {
  const uri = `ipc:///tmp/feathers-sync-${randomUUID().slice(0, 8)}.sock`
  const members = new Members()
  const key = ['--key', members.key]
  afterEach(() => members.closeAll())

  it('watch and top say once that they can read nothing, and end with 1', async () => {
    await members.start(2, { uri, secret, heartbeat: 100 })
    const watch = await outcomeOf(['watch', uri, '--json', '--for', '1', ...key])
    const lines = watch.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const errors = lines.filter(({ type }) => type === 'error')
    expect(errors.map(({ kind }) => kind)).to.deep.equal(['secret'])
    expect(errors[0].message).to.match(NONE)
    expect(watch).to.include({ code: 1, errors: '' })
    const text = await outcomeOf(['watch', uri, '--for', '1', ...key, ...given('OTHER_SECRET')])
    const top = await outcomeOf(['top', uri, '--once', '-i', '1', ...key])
    for (const { code, errors } of [text, top]) {
      expect(code).to.equal(1)
      expect(errors.trim().split('\n')).to.have.length(1)
    }
    expect(text.errors).to.match(ANOTHER)
    expect(top.errors).to.match(NONE)
  })

  it('check and top --once wait for a heartbeat, as nobody answers them', async () => {
    await members.start(2, { uri, secret })
    await delay(300) // what the instances tell each other at the start is over
    const check = await outcomeOf(['check', uri, ...key])
    expect(check.output).to.match(new RegExp(`✗ secret +${NONE.source}`))
    const top = await outcomeOf(['top', uri, '--once', '-i', '1', ...key, ...given('OTHER_SECRET')])
    expect(top.code).to.equal(1)
    expect(top.errors).to.match(ANOTHER)
  })

  it('emit does not say that it was sent where nobody takes it', async () => {
    await members.start(2, { uri, secret, heartbeat: 500 })
    const emit = ['emit', uri, 'events', 'made', '{"by":"cli"}', ...key]
    const none = await outcomeOf(emit)
    const another = await outcomeOf([...emit, '--json', ...given('OTHER_SECRET')])
    expect(none).to.include({ code: 1, output: '' })
    expect(none.errors).to.match(
      new RegExp(`^feathers-sync: no instance is known to take the event: ${NONE.source}`)
    )
    expect(another).to.include({ code: 1, errors: '' })
    expect(JSON.parse(another.output)).to.include({ sent: false, instances: 0 })
    expect(JSON.parse(another.output).error).to.match(ANOTHER)
    for (const member of members.all) expect(member.got('cli')).to.deep.equal([])
  })

  it('is that of FEATHERS_SYNC_SECRET where no other is named', async () => {
    await members.start(2, { uri, secret })
    const env = { FEATHERS_SYNC_SECRET: secret }
    expect((await outcomeOf(['check', uri, ...key], env)).output).to.match(/✓ secret/)
    const named = await outcomeOf(['check', uri, ...key, ...given('SYNC_SECRET')], {
      ...VARIABLES,
      FEATHERS_SYNC_SECRET: 'weak'
    })
    expect(named.code).to.equal(0)
  })

  it('says nothing of it where none is given and none is met', async () => {
    const { output } = await outcomeOf(['check', uri, '--json', ...key])
    const { secret: found, findings } = JSON.parse(output)
    expect(found.given).to.equal(false)
    expect(findings.some(({ check }: { check: string }) => check === 'secret')).to.equal(false)
  })

  it('is refused where it is missing or weak, by every command and with the name of the variable alone', async () => {
    const commands = ['check', 'watch', 'top', 'bench'].map((name) => [name, uri])
    const weak = 'correct-horse-battery'
    for (const args of [...commands, ['emit', uri, 'events', 'made', '1']]) {
      for (const [name, value, text] of [
        ['UNSET', undefined, /^the environment variable UNSET is not set/],
        ['EMPTY', '', /^the environment variable EMPTY has to hold .*openssl rand.*an empty string\n$/],
        [
          'WEAK',
          weak,
          /^the environment variable WEAK has to hold .*a string of 21 characters, fewer than 32\n$/
        ],
        [
          'ONE_WEAK',
          `${secret},${weak}`,
          /^the environment variable ONE_WEAK .*item 1 is a string of 21 .*No secret in it can have a comma/
        ],
        ['TWICE', `${secret},${secret}`, /^the environment variable TWICE .*a secret twice/]
      ] as const) {
        const env = value === undefined ? {} : { [name]: value }
        const { code, output, errors } = await outcomeOf([...args, '--secret-env', name], env)
        expect({ args, name, code, output }).to.deep.equal({ args, name, code: 2, output: '' })
        expect(errors).to.match(text).and.not.include(weak)
      }
    }
    const { code, errors } = await outcomeOf(['check', uri], { FEATHERS_SYNC_SECRET: '' })
    expect(code).to.equal(2)
    expect(errors).to.match(/^the environment variable FEATHERS_SYNC_SECRET has to hold/)
  })

  it('is not shown where it was given in place of the name of its variable', async () => {
    for (const value of [secret, randomBytes(32).toString('hex'), `a${randomBytes(32).toString('hex')}`]) {
      const { code, errors } = await outcomeOf(['check', uri, '--secret-env', value])
      expect(code).to.equal(2)
      expect(errors)
        .to.match(/^--secret-env takes the name of an environment variable/)
        .and.not.include(value)
    }
  })
})
