import { once } from 'node:events'
import { connect } from 'node:net'
import type { Broker } from '../../support/brokers/broker.js'
import type { Source } from '../../support/brokers/command.js'
import { startNats } from '../../support/brokers/nats.js'
import { startRabbit } from '../../support/brokers/rabbitmq.js'
import { startRedis } from '../../support/brokers/redis.js'
import type { BrokerVersion } from './cells.js'

/** A broker that runs, with its version as it tells it itself. */
export interface Server {
  broker: Broker
  version: string
}

export async function startServer(adapter: BrokerVersion['adapter'], source: Source): Promise<Server> {
  if (adapter === 'redis') {
    const broker = await startRedis({ source })
    const info = await broker.command('INFO', 'server')
    // Valkey tells the version of Redis that it stands in for, too
    return { broker, version: found(/valkey_version:(\S+)/.exec(info) ?? /redis_version:(\S+)/.exec(info)) }
  }
  if (adapter === 'amqp') {
    const broker = await startRabbit(source)
    return { broker, version: found(/"(.*)"/.exec(await broker.eval('rabbit_misc:version()'))) }
  }
  const broker = await startNats({ source })
  return { broker, version: found(/"version":"(.*?)"/.exec(await greeting(broker.port))) }
}

function found(match: RegExpExecArray | null): string {
  if (!match?.[1]) throw new Error('the server does not tell its version')
  return match[1]
}

/** What NATS says first. */
async function greeting(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const [text] = await once(socket, 'data')
  socket.destroy()
  return String(text)
}
