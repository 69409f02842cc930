import { parseArgs } from 'node:util'

export const BROKERS = ['redis', 'amqp', 'nats'] as const
export type BrokerName = (typeof BROKERS)[number]

export const CASES = [
  'throughput',
  'bulk',
  'latency',
  'cost',
  'memory',
  'serializers',
  'everyday',
  'growth',
  'unheard',
  'simulated'
] as const
/** Takes long, and is for a question of its own. */
const ON_REQUEST: readonly CaseName[] = ['everyday', 'growth', 'unheard', 'simulated']
export type CaseName = (typeof CASES)[number]

export const USAGE = `Usage: npm run bench -- [options]

  --only <broker>     ${BROKERS.join(', ')}; may be repeated (default: all)
  --case <case>       ${CASES.join(', ')};
                      may be repeated (default: all but ${ON_REQUEST.join(', ')})
  --rounds <number>   how often each is measured, after one round to warm up (default: 5)
  --secret              compares feathers-sync 4 with and without the option \`secret\`, in place of the rivals
  --save <file>       writes the figures as JSON too: npm run figures makes the tables of the documentation
                      of those in bench/results
  --help              shows this

The case everyday: processes that are warm, each of which makes and receives events, at the rates of usual servers.
The calls have the params of a user's websocket; with --internal none, as calls of the server itself.
By default it takes 6 minutes for each broker, and 15 with --processes 2,8,24; --only redis --rates 200 --rounds 3 takes two.

The case growth: what an instance and the broker cost as the fleet grows. With --only redis it takes 10 minutes.
One fleet at a time: 50 processes take some 5 GB.

The case unheard: what events cost an instance where nobody listens to them; it takes 5 minutes for each broker.

  --processes <list>  how many are in a fleet (default: 2; growth: 2,8,24,50)
  --rates <list>      events a second of the whole fleet (default: 20,200,2000; growth, unheard: 20,200)
  --seconds <number>  how long each is measured in each round (default: 2)
  --warm-up <number>  events of each fleet before (default: 50000; growth, unheard: 5000)

The case simulated: the delivery code on a simulated clock and broker, in one process.

  --instances <list>  how many are in a fleet (default: 10,100,300, about a minute;
                      1000 take more than ten minutes and 2 GB)`

/** Of the cases everyday, growth and unheard. */
export interface PacedOptions {
  processes: number[]
  rates: number[]
  seconds: number
  warmUp: number
}

export interface Options {
  brokers: BrokerName[]
  cases: CaseName[]
  rounds: number
  everyday: PacedOptions
  /** Of the case everyday: calls without params, in place of those of a websocket. */
  internal: boolean
  growth: PacedOptions
  /** With and without `secret`, in place of the rivals. */
  secret: boolean
  /** Sizes of simulated fleets. */
  instances: number[]
  /** Where the figures go as JSON. */
  save?: string | undefined
  help: boolean
}

/** @throws Error whose message is for the user */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true },
      case: { type: 'string', multiple: true },
      rounds: { type: 'string', default: '5' },
      processes: { type: 'string' },
      rates: { type: 'string' },
      seconds: { type: 'string', default: '2' },
      'warm-up': { type: 'string' },
      instances: { type: 'string', default: '10,100,300' },
      internal: { type: 'boolean', default: false },
      secret: { type: 'boolean', default: false },
      save: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  const cases = chosen('--case', values.case, CASES)
  const paced = (processes: string, rates: string, warmUp: string): PacedOptions => ({
    processes: list('--processes', values.processes ?? processes, 2),
    rates: list('--rates', values.rates ?? rates, 1),
    seconds: integer('--seconds', values.seconds, 1),
    warmUp: integer('--warm-up', values['warm-up'] ?? warmUp, 0)
  })
  return {
    brokers: chosen('--only', values.only, BROKERS),
    cases: values.case ? cases : cases.filter((name) => !ON_REQUEST.includes(name)),
    rounds: integer('--rounds', values.rounds, 1),
    everyday: paced('2', '20,200,2000', '50000'),
    internal: values.internal,
    growth: paced('2,8,24,50', '20,200', '5000'),
    instances: list('--instances', values.instances, 2),
    secret: values.secret,
    save: values.save,
    help: values.help
  }
}

/** In ascending order. */
function list(option: string, given: string, least: number): number[] {
  return given
    .split(',')
    .map((one) => integer(option, one, least))
    .sort((one, other) => one - other)
}

function integer(option: string, given: string, least: number): number {
  const value = Number(given)
  if (!Number.isInteger(value) || value < least)
    throw new Error(`${option} has to be a number from ${least} on, got ${given}`)
  return value
}

function chosen<Name extends string>(
  option: string,
  given: string[] | undefined,
  names: readonly Name[]
): Name[] {
  for (const name of given ?? []) {
    if (!names.some((known) => known === name))
      throw new Error(`${option} has to be one of ${names.join(', ')}, got ${name}`)
  }
  return names.filter((name) => given?.includes(name) ?? true)
}
