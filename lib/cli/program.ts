import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { LIBRARY } from '../adapters/library.js'
import { MAX_EVENT } from '../delivery/wire/fragments.js'
import { SyncError } from '../errors.js'
import { servicePath } from '../message/service-path.js'
import { PLAIN_MODES } from '../sealing/secret-option.js'
import { type BenchOptions, bench, SENDER } from './bench/bench.js'
import { runSender } from './bench/sender.js'
import { complaint } from './certificates.js'
import { check } from './check/check.js'
import { type EmitOptions, emit } from './emit.js'
import { type GivenPlace, placeOf } from './place.js'
import type { Terminal } from './terminal.js'
import { printable } from './text.js'
import { type TopOptions, top } from './top/top.js'
import { UsageError, withoutCredentials } from './usage.js'
import { SERIALIZER_NAMES } from './watch/events.js'
import { type WatchOptions, watch } from './watch/watch.js'

const URI =
  'where the broker is: redis://…, amqp://…, nats://… or ipc: (default: the environment variable FEATHERS_SYNC_URI)'

const URI_LIKE = /^(\w+:\/\/|ipc:)/

const KEY = 'the `key` of the application (default: FEATHERS_SYNC_KEY, or feathers-sync)'

const SECRET_ENV =
  'the environment variable that holds the `secret` of the application; several, separated by commas: the first seals, all open (default: FEATHERS_SYNC_SECRET, where it is set)'

/** What timers of Node take, in ms. */
const LONGEST = 2 ** 31 - 1
const wholeNumber = upTo(LONGEST)
const seconds = upTo(Math.floor(LONGEST / 1000))

const EXIT_CODES = `
Exit codes: 0 all is well, 1 a problem was found, 2 the command was used in a wrong way.
Credentials: better in FEATHERS_SYNC_URI than in an argument, which other users of the machine can see.
A secret is never an argument: --secret-env names the variable that holds it.`

interface Common extends Omit<GivenPlace, 'uri'> {
  json: boolean
  timeout: number
}

/** Runs one command. Returns the exit code; never throws. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const program = programOf(args, terminal, (result) => {
    code = result
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return failed(error, terminal)
  }
}

function failed(error: unknown, { complain, signal }: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2 // it has written
  if (signal.aborted) return Number(signal.reason)
  if (error instanceof SyncError) complain(complaint(error.message))
  else if (error instanceof UsageError) complain(printable(error.message))
  else complain(`feathers-sync: an error of the command line itself: ${(error as Error).stack ?? error}`)
  return error instanceof UsageError ? 2 : 1
}

function programOf(args: readonly string[], terminal: Terminal, end: (code: number) => void): Command {
  const program = new Command('feathers-sync')
    .description('Looks after the real-time events of a fleet of Feathers instances.')
    .version(LIBRARY.version)
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.complain(withoutCredentials(text.trimEnd(), args))
    })
  const place = (uri: string | undefined, options: Common) => placeOf({ ...options, uri }, terminal.env)

  common(program.command('check'))
    .description('Can this machine reach the broker, and may it do what feathers-sync needs?')
    .addOption(plain())
    .addHelpText(
      'after',
      examples(
        'feathers-sync check redis://localhost:6379',
        'feathers-sync check ipc: --key my-application',
        'feathers-sync check nats://localhost:4222 --secret-env SYNC_SECRET',
        'FEATHERS_SYNC_URI=amqp://user:password@host feathers-sync check --json'
      )
    )
    .action(async (uri: string | undefined, options: Common) =>
      end(await check(place(uri, options), options, terminal))
    )

  common(program.command('watch'))
    .description(
      'Shows the events of the instances as they are sent. Sends one message, and is no instance itself.'
    )
    .option('-p, --path <path>', 'only this service; may be given several times', severalPaths, [])
    .option('-e, --event <event>', 'only this event; may be given several times', several, [])
    .addOption(plain())
    .option('-d, --data', 'the data of the events too: they may be private', false)
    .addOption(serializer())
    .option('--rates <seconds>', 'rates in place of the events, every so many seconds', seconds)
    .option('-n, --count <events>', 'end after so many events', wholeNumber)
    .option('--for <seconds>', 'end after so many seconds', seconds)
    .addHelpText(
      'after',
      examples(
        'feathers-sync watch redis://localhost:6379',
        'feathers-sync watch --path messages --event created --data nats://localhost:4222',
        'feathers-sync watch ipc: --rates 5 --for 60',
        'feathers-sync watch ipc: --json | jq \'select(.type == "gap")\''
      )
    )
    .action(async (uri: string | undefined, options: Common & WatchOptions) =>
      end(await watch(place(uri, options), options, terminal))
    )

  common(program.command('top'))
    .description('Shows the instances: who they are, what they send, how late it comes. Sends one message.')
    .addOption(plain())
    .option('-i, --interval <seconds>', 'how often it is shown anew', seconds, 2)
    .option('-1, --once', 'once, after one interval', false)
    .addHelpText(
      'after',
      examples(
        'feathers-sync top redis://localhost:6379',
        'feathers-sync top nats://localhost:4222 --once',
        "feathers-sync top ipc: --once --json | jq '.instances[].host'"
      )
    )
    .action(async (uri: string | undefined, options: Common & TopOptions) =>
      end(await top(place(uri, options), options, terminal))
    )

  program
    .command('emit')
    .usage('[options] [uri] <path> <event> <json>')
    .argument(
      '<arguments...>',
      `the URI, the path of the service, the event, and its data as JSON, or - for standard input. The URI is ${URI}`
    )
    .description('Has all instances emit an event of a service, as an emitter does.')
    .addOption(serializer())
    .option('-k, --key <key>', KEY)
    .option('--secret-env <name>', SECRET_ENV)
    .addOption(plain())
    .option('--timeout <ms>', 'how long the broker may take, in ms', wholeNumber, 10_000)
    .option('--json', 'JSON in place of text', false)
    .addHelpText(
      'after',
      examples(
        `feathers-sync emit redis://localhost:6379 messages created '{"id":1,"text":"hi"}'`,
        'feathers-sync emit ipc: reports ready - < report.json'
      )
    )
    .action(async (args: string[], options: Common & EmitOptions) => {
      if (args.length < 3 || args.length > 4) {
        throw new UsageError(`emit takes [uri] <path> <event> <json>, and got ${args.length} arguments`)
      }
      const [path, event, data] = args.slice(-3) as [string, string, string]
      if (args.length === 3 && URI_LIKE.test(path)) {
        throw new UsageError(
          'emit takes [uri] <path> <event> <json>, and got no <json> behind the URI, path and event'
        )
      }
      if ([path, event, data].some((arg) => URI_LIKE.test(arg))) {
        throw new UsageError(
          'emit takes [uri] <path> <event> <json>, and got a URI that is not the first of them'
        )
      }
      const uri = args.length === 4 ? args[0] : undefined
      end(await emit(place(uri, options), { path, event, data }, options, terminal))
    })

  common(program.command('bench'))
    .description('Measures what the broker carries between two processes of this machine. Loads the broker.')
    .option('--size <bytes>', 'of the data of an event', upTo(MAX_EVENT), 200)
    .option('--seconds <seconds>', 'how long each of the two runs takes', seconds, 5)
    .option('--rate <events>', 'events a second, for the latency', wholeNumber, 200)
    .addHelpText(
      'after',
      examples(
        'feathers-sync bench redis://localhost:6379',
        'feathers-sync bench amqp://localhost --size 10000 --rate 1000'
      )
    )
    .action(async (uri: string | undefined, options: Common & BenchOptions) => {
      const { key = terminal.env.FEATHERS_SYNC_KEY || 'feathers-sync' } = options
      end(await bench(place(uri, { ...options, key: `${key}-bench` }), options, terminal))
    })
  program.command(SENDER, { hidden: true }).action(async () => {
    runSender()
    await new Promise(() => {}) // it ends with its parent
  })
  return program
}

function serializer(): Option {
  return new Option('-s, --serializer <name>', "that of the application's instances")
    .choices(SERIALIZER_NAMES)
    .default('json')
}

function plain(): Option {
  return new Option(
    '--plain <mode>',
    'while a secret is introduced, what is done with plain messages, as the instances do it: send and read them, accept (read) them, or refuse them (default: refuse)'
  ).choices(PLAIN_MODES)
}

function several(value: string, before: string[]): string[] {
  return [...before, value]
}

/** As services have it. */
function severalPaths(value: string, before: string[]): string[] {
  return several(servicePath(value), before)
}

function common(command: Command): Command {
  return command
    .argument('[uri]', URI)
    .option('-k, --key <key>', KEY)
    .option('--secret-env <name>', SECRET_ENV)
    .option('--timeout <ms>', 'how long connecting may take, in ms', wholeNumber, 10_000)
    .option('--json', 'JSON in place of text', false)
}

function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  $ ${line}`)].join('\n')
}

function upTo(most: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (!Number.isInteger(number) || number < 1 || number > most)
      throw new InvalidArgumentError(`It has to be a whole number from 1 to ${most}.`)
    return number
  }
}
