import { connect } from 'nats'
import { eventually } from '../eventually.js'
import { type NatsBroker, startNats } from './nats.js'
import { freePort } from './ports.js'

interface Config {
  authorization?: { user: string; password: string }
  tls?: object
}

/** Servers that are routed to each other, each of which announces all of them. */
export async function startNatsCluster(size = 3, config: Config = {}): Promise<NatsBroker[]> {
  const ports: number[] = []
  while (ports.length < size) ports.push(await freePort())
  const nodes: NatsBroker[] = []
  for (const index of ports.keys()) nodes.push(await startNode(ports, index, config))
  await Promise.all(nodes.map((node) => announces(node, size, config)))
  return nodes
}

async function startNode(ports: number[], index: number, config: Config): Promise<NatsBroker> {
  const routes = ports.map((port) => `nats-route://127.0.0.1:${port}`)
  const cluster = { name: 'test', listen: `127.0.0.1:${ports[index]}`, routes }
  return await startNats({ config: { cluster, ...config } })
}

/** Waits until a node knows so many, itself included. */
export async function announces({ port }: NatsBroker, count: number, config: Config = {}): Promise<void> {
  const { user, password: pass } = config.authorization ?? {}
  const tls = config.tls && ({ rejectUnauthorized: false } as object)
  await eventually(
    async () => {
      const connection = await connect({ servers: `127.0.0.1:${port}`, user, pass, tls })
      const { connect_urls = [] } = connection.info ?? {}
      await connection.close()
      return connect_urls.length === count
    },
    { message: `${count} announced servers` }
  )
}
