import * as transportNode from '@nats-io/transport-node'
import { injectable } from 'inversify'
import * as nats from 'nats'
import { NatsAdapter } from '../../../lib/adapters/nats/nats-adapter.js'
import type { NatsConnectionLike, NatsDriver } from '../../../lib/adapters/nats/nats-connection.js'
import type { NatsSyncOptions } from '../../../lib/index.js'
import { type Probe, probe } from '../../support/probe.js'

/** The adapter where only that driver is installed. */
@injectable()
export class TransportNodeAdapter extends NatsAdapter {
  protected override async driver(): Promise<NatsDriver> {
    return transportNode as NatsDriver
  }
}

/** What both drivers have. */
interface Driver {
  Adapter: typeof NatsAdapter
  connect(options: nats.ConnectionOptions & transportNode.ConnectionOptions): Promise<NatsConnectionLike>
  credsAuthenticator(creds: Uint8Array): nats.Authenticator
  nkeyAuthenticator(seed: Uint8Array): nats.Authenticator
}

export const DRIVERS: Record<string, Driver> = {
  'nats 2': { ...nats, Adapter: NatsAdapter },
  '@nats-io/transport-node 3': { ...transportNode, Adapter: TransportNodeAdapter }
}

/** A connected instance's adapter, of each driver. */
export function probesOf(options: NatsSyncOptions): Probe[] {
  return Object.values(DRIVERS).map(({ Adapter }) => probe(new Adapter(), { adapter: 'nats', ...options }))
}

/** What of us is on a connection: subscriptions, and listeners to its events. */
export function onConnection(connection: NatsConnectionLike): { subscriptions: number; listeners: number } {
  const { protocol, listeners } = connection as unknown as {
    protocol: { subscriptions: { size(): number }; listeners: unknown[] }
    listeners?: unknown[]
  }
  return { subscriptions: protocol.subscriptions.size(), listeners: (listeners ?? protocol.listeners).length }
}
