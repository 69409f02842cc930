import { loadDriver } from '../driver.js'
import type { NatsDriver } from './nats-connection.js'

/** The driver that is installed; `nats` where both are: npm installs it with feathers-sync. */
export async function loadNatsDriver(): Promise<NatsDriver> {
  const driver = await loadDriver('nats', () => import('nats'), {
    '@nats-io/transport-node': () => import('@nats-io/transport-node')
  })
  return driver as NatsDriver
}
