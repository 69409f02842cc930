import type { Source } from './command.js'
import { freePort } from './ports.js'
import { type RabbitBroker, startRabbit } from './rabbitmq.js'

const MEMBERS = 'rabbit_mnesia:cluster_nodes(running)'

/** Two nodes, of which the second has joined the first. */
export async function startRabbitCluster(source?: Source): Promise<[RabbitBroker, RabbitBroker]> {
  const port = await freePort()
  const [one, two] = await Promise.all([
    startRabbit(source, { address: '127.0.0.2', port }),
    startRabbit(source, { address: '127.0.0.3', port })
  ])
  await leave(two)
  // as `rabbitmqctl join_cluster` does, until 3.11 and since
  const join = `case code:which(rabbit_db_cluster) of
    non_existing -> rabbit_mnesia:join_cluster('rabbit@127.0.0.2', disc);
    _ -> rabbit_db_cluster:join('rabbit@127.0.0.2', disc) end`
  const answer = await two.eval(join)
  await enter(two)
  const members = await one.eval(`length(${MEMBERS})`)
  if (members !== '2') throw new Error(`the cluster has ${members} nodes, as joining came to ${answer}`)
  return [one, two]
}

/** As `rabbitmqctl stop_app` does: its clients are disconnected, and it leaves the cluster for a while. */
export async function leave(node: RabbitBroker): Promise<void> {
  await node.eval('rabbit:stop()')
}

/** As `rabbitmqctl start_app` does. */
export async function enter(node: RabbitBroker): Promise<void> {
  await node.eval('rabbit:start()')
}
