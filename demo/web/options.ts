import { parseArgs } from 'node:util'
import sync from '../../lib/index.js'
import { BROKERS, type BrokerName } from './broker.js'

const MAX_PORT = 65_535

export const USAGE = `Usage: npm run demo:web -- [options]

  --uri <uri>      where the events travel: redis://…, amqp://…, nats://… (default: ipc:, which needs no broker)
  --broker <name>  starts a broker of its own, which the page can stop and start: ${BROKERS.join(', ')}
  --port <number>  the port of the page; the instances take the three ports after it (default: free ones)
  --help           shows this`

export interface Options {
  uri: string
  broker: BrokerName | undefined
  /** 0: any free one. */
  port: number
  help: boolean
}

/** @throws Error whose message is for the user */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      uri: { type: 'string' },
      broker: { type: 'string' },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  const { uri = 'ipc:', help } = values
  if (values.uri !== undefined && values.broker !== undefined)
    throw new Error('--uri is for a broker that is running, --broker starts one: leave out one of them')
  sync({ uri }) // throws where it can't be used; nothing is connected by it
  return { uri, broker: readBroker(values.broker), port: readPort(values.port), help }
}

function readBroker(given: string | undefined): BrokerName | undefined {
  const broker = BROKERS.find((name) => name === given)
  if (given !== undefined && !broker)
    throw new Error(`--broker has to be one of ${BROKERS.join(', ')}, got ${given}`)
  return broker
}

function readPort(given: string): number {
  const port = Number(given)
  const last = MAX_PORT - 3
  if (given.trim() === '' || !Number.isInteger(port) || port < 0 || port > last)
    throw new Error(`--port has to be a number from 1 to ${last}, got ${given}`)
  return port
}
