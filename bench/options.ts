import { parseArgs } from 'node:util'

export const BROKERS = ['redis', 'amqp', 'nats'] as const
export type BrokerName = (typeof BROKERS)[number]

export const CASES = ['throughput', 'bulk', 'latency', 'cost', 'memory', 'serializers'] as const
export type CaseName = (typeof CASES)[number]

export const USAGE = `Usage: npm run bench -- [options]

  --only <broker>    ${BROKERS.join(', ')}; may be repeated (default: all)
  --case <case>      ${CASES.join(', ')}; may be repeated (default: all)
  --rounds <number>  how often each is measured, after one round to warm up (default: 5)
  --help             shows this`

export interface Options {
  brokers: BrokerName[]
  cases: CaseName[]
  rounds: number
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
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds has to be a number from 1 on, got ${values.rounds}`)
  return {
    brokers: chosen('--only', values.only, BROKERS),
    cases: chosen('--case', values.case, CASES),
    rounds,
    help: values.help
  }
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
