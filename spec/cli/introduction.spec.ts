import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { SecretOption } from '../../lib/index.js'
import { start } from '../support/command-line.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members } from '../support/members.js'
import { given, outcomeOf, secret, VARIABLES } from './fleet-secret.js'

describe('feathers-sync, while a secret is introduced', () => {
  const uri = `ipc:///tmp/feathers-sync-${randomUUID().slice(0, 8)}.sock`
  const members = new Members()
  const key = ['--key', members.key]
  afterEach(() => members.closeAll())

  const send: SecretOption = { keys: secret, plain: 'send' }
  const accept: SecretOption = { keys: secret, plain: 'accept' }
  const steps: [title: string, fleet: (SecretOption | undefined)[], modes: string[], found: RegExp][] = [
    ['no instance seals', [undefined, send], ['send'], /! secret +not compared, as all .* send plain/],
    ['some seal', [send, accept], ['send', 'accept'], /! secret +that of some instances; others send plain/],
    ['all seal', [accept, secret], ['accept', 'refuse'], /✓ secret +that of the instances/]
  ]
  for (const [title, fleet, modes, found] of steps) {
    it(`all is seen and heard with --plain ${modes.join(' and ')} where ${title}`, async () => {
      for (const one of fleet) members.configure({ uri, heartbeat: 500, ...(one && { secret: one }) })
      const [one, two] = members.all as [Member, Member]
      for (const { app } of [one, two]) await app.sync.ready
      await eventually(() => [one, two].every(({ app }) => app.sync.stats().peers.length === 1))
      for (const [at, mode] of modes.entries()) {
        const options = [...key, ...given('SYNC_SECRET'), '--plain', mode]
        const check = await outcomeOf(['check', uri, ...options])
        expect(check.output)
          .to.match(found)
          .and.match(/✓ instances +2 instances/)
        expect(check).to.include({ code: 0, errors: '' })
        const watch = start(['watch', uri, '--json', '--count', '3', ...options], { env: VARIABLES })
        await eventually(() => watch.documents().some(({ type }) => type === 'watching'))
        for (const { make } of [one, two]) make(1)
        const data = JSON.stringify({ by: 'cli', number: at })
        const emit = await outcomeOf(['emit', uri, 'events', 'made', data, ...options])
        expect(emit).to.include({ code: 0, errors: '' })
        expect(emit.output).to.match(/there are 2 instances/)
        expect((await watch.ended).code).to.equal(0)
        const top = await outcomeOf(['top', uri, '--once', '--json', '-i', '1', ...options])
        expect(JSON.parse(top.output).instances).to.have.length(2)
        await eventually(() => [one, two].every((it) => it.got('cli').includes(at)))
      }
      for (const member of members.all) expect(member.texts()).to.equal('')
    })
  }

  it('--plain is what --help says, and needs the secret', async () => {
    for (const [name, ...args] of [['check'], ['watch'], ['top'], ['emit', 'events', 'made', '1']]) {
      const options = [name as string, uri, ...args, '--plain']
      const wrong = await outcomeOf([...options, 'maybe', ...given('SYNC_SECRET')])
      expect(wrong.errors).to.match(
        /'--plain <mode>' argument 'maybe' is invalid\. Allowed choices are send, accept/
      )
      const alone = await outcomeOf([...options, 'accept'])
      expect(alone.errors).to.match(
        /^--plain .* needs that secret, in FEATHERS_SYNC_SECRET or .*--secret-env/
      )
      for (const { code, output } of [wrong, alone])
        expect({ code, output }).to.deep.equal({ code: 2, output: '' })
    }
  })

  it('without --plain it says which option reads plain messages', async () => {
    await members.start(2, { uri, secret: send, heartbeat: 500 })
    const { code, output } = await outcomeOf(['check', uri, ...key, ...given('SYNC_SECRET')])
    expect(code).to.equal(1)
    expect(output).to.match(/✗ secret .*While it is introduced, --plain send or --plain accept/)
  })
})
