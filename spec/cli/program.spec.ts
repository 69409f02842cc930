import { expect } from 'chai'
import { LIBRARY } from '../../lib/adapters/library.js'
import { command } from '../support/command-line.js'

const COMMANDS = ['check', 'watch', 'top', 'emit', 'bench']

describe('feathers-sync, the command', () => {
  it('tells its version', async () => {
    expect(await command(['--version'])).to.include({ code: 0, output: `${LIBRARY.version}\n` })
  })

  it('has a help with the commands and the exit codes, and for each command one with examples', async () => {
    const { code, output } = await command(['--help'])
    expect(code).to.equal(0)
    expect(output).to.match(/Exit codes: 0 /)
    for (const name of COMMANDS) {
      expect(output).to.match(new RegExp(`\\n {2}${name} `))
      const help = await command([name, '--help'])
      expect(help.code).to.equal(0)
      expect(help.output).to.match(
        /FEATHERS_SYNC_URI[\s\S]*\n {2}-k, --key <key>[\s\S]*\nExamples:\n {2}\$ feathers-sync /
      )
    }
  })

  it('ends with 2, and says what is wrong, where it is used in a wrong way', async () => {
    const wrong: [args: string[], text: RegExp][] = [
      [[], /Usage: feathers-sync/],
      [['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
      [['check', 'ipc:', '--nope'], /unknown option '--nope'/],
      [['check', 'ipc:', 'another'], /too many arguments/],
      [['check'], /URI of the broker is missing.*FEATHERS_SYNC_URI/],
      [['check', 'localhost:6379'], /`uri` option has to be a URI such as redis:\/\/localhost:6379/],
      [['check', 'mqtt://localhost'], /mqtt is an invalid adapter/],
      [
        ['check', 'amqp://localhost', '--key', 'amq.x'],
        /`key` option provided to feathers-sync has to be the name/
      ],
      [['check', 'redis://u:pa/ss@host'], /@ behind its host.*got redis:\*\*\*\n/],
      [['check', 'ipc:', '--timeout', '1.5'], /whole number from 1/],
      [['emit', 'redis://localhost', 'messages', 'created'], /got no <json> behind the URI, path and event/],
      [['watch', 'ipc:', '--count', 'x'], /whole number from 1/],
      [['watch', 'ipc:', '--for', '2147484'], /whole number from 1 to 2147483\./], // timers take no more
      [['watch', 'ipc:', '--rates', '2147484'], /whole number from 1 to 2147483\./],
      [['top', 'ipc:', '--interval', '2147484'], /whole number from 1 to 2147483\./],
      [['bench', 'ipc:', '--size', '67108865'], /whole number from 1 to 67108864\./],
      [['watch', 'ipc:', '--serializer', 'bson'], /Allowed choices are json, msgpack/]
    ]
    for (const [args, text] of wrong) {
      const { code, output, errors } = await command(args)
      expect({ args, code, output }).to.deep.equal({ args, code: 2, output: '' })
      expect(errors).to.match(text)
    }
  })

  it('shows no password of a URI that stands in the wrong place', async () => {
    const uri = "redis://user:pass'word@host" // a quote, as errors quote what they got
    const env = { FEATHERS_SYNC_URI: 'ipc:' }
    for (const args of [
      [uri],
      ['check', 'ipc:', `--uri=${uri}`],
      ['check', 'ipc:', `--${uri}`],
      ['check', '--timeout', uri],
      ['check', 'ipc:', '--plain', uri],
      ['check', uri, uri],
      ['watch', 'ipc:', '--serializer', uri],
      ['bench', '--size', uri],
      ['emit', uri],
      ['emit', uri, 'messages', 'created'],
      ['emit', 'messages', uri, '1'],
      ['emit', 'messages', 'created', uri],
      ['emit', 'messages', 'created', '{}', uri],
      ['emit', 'messages', 'created', '1', '--timeout', uri]
    ]) {
      const { code, output, errors } = await command(args, { env })
      expect({ args, code, output }).to.deep.equal({ args, code: 2, output: '' })
      expect(errors).not.to.match(/pass|word/)
    }
  })

  it('takes the URI and the key from the environment, and arguments in their place', async () => {
    const env = { FEATHERS_SYNC_URI: 'amqp://host', FEATHERS_SYNC_KEY: 'amq.environment' }
    expect((await command(['check'], { env })).errors).to.match(/not beginning with amq\./)
    const { errors } = await command(['check', 'none', '--key', 'argument'], { env })
    expect(errors).to.match(/option has to be a URI/)
  })

  it('says in one line that a broker can not be reached', async () => {
    const { code, output, errors } = await command(['watch', 'redis://user:secret@127.0.0.1:1'])
    expect({ code, output }).to.deep.equal({ code: 1, output: '' })
    expect(errors).to.match(
      /^feathers-sync: the redis adapter at redis:\/\/user:\*\*\*@127\.0\.0\.1:1 .*ECONNREFUSED.*\n$/
    )
  })
})
