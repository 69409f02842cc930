// One cell of the matrix, for mocha: MATRIX_CELL is its index, MATRIX_SOURCE where the broker is. What it ran on goes to
// standard output, for run.ts.
import { expect } from 'chai'
import { describeSyncAdapter } from '../../conformance/index.js'
import type { Source } from '../../support/brokers/command.js'
import type { RabbitBroker } from '../../support/brokers/rabbitmq.js'
import { CELLS, type Cell, cellName } from './cells.js'
import { connectorFor, installedVersion } from './clients.js'
import { describeQuorumDefault } from './quorum-default.js'
import { type Server, startServer } from './servers.js'

const cell = CELLS[Number(process.env.MATRIX_CELL)] as Cell
const source: Source = JSON.parse(process.env.MATRIX_SOURCE ?? '')
const { broker, client } = cell
const { options, end } = await connectorFor(client)

describe(cellName(cell), function () {
  this.timeout(60_000)
  let server: Server

  before(async () => {
    server = await startServer(broker.adapter, source)
    console.log(
      `Ran on: ${server.version} with ${client.package.replace(/-\d.*/, '')} ${await installedVersion(client)}`
    )
    expect(server.version.startsWith(broker.version), server.version).to.equal(true)
  })
  after(() => server.broker.stop())
  afterEach(end)

  describeSyncAdapter(broker.adapter, {
    options: () => options(server.broker.uri),
    takesLargeMessages: broker.adapter !== 'nats',
    broker: { kill: () => server.broker.kill(), start: () => server.broker.start() }
  })

  // there is no such default before RabbitMQ 3.11
  if (broker.adapter === 'amqp' && broker.version !== '3.10')
    describeQuorumDefault(() => server.broker as RabbitBroker)
})
