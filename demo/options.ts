import { parseArgs } from 'node:util'
import sync from '../lib/index.js'

const NAMES = ['A', 'B', 'C']

export const USAGE = `Usage: npm run demo -- [options]

  --uri <uri>    where the events travel: redis://…, amqp://…, nats://… (default: ipc:, which needs no broker)
  --kill <name>  kills instance A, B or C halfway (kill -9), and shows that the others stay in sync.
                 On ipc: A is the hub
  --help         shows this`

export interface Options {
  uri: string
  kill: string | undefined
  help: boolean
}

/** @throws Error whose message is for the user */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      uri: { type: 'string', default: 'ipc:' },
      kill: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  sync({ uri: values.uri }) // throws where it can't be used; nothing is connected by it
  if (values.kill !== undefined && !NAMES.includes(values.kill))
    throw new Error(`--kill has to be A, B or C, got ${values.kill}`)
  return { ...values, kill: values.kill }
}
