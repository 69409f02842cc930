import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import type { SyncOptions } from '../../../lib/index.js'
import type { Client } from './cells.js'

/** Makes the options of one instance, and ends what was made for them. */
export interface Connector {
  options(uri: string): SyncOptions
  /** Ends the clients that an application would own. */
  end(): Promise<unknown>
}

/** The drivers under the names that the library imports. */
const DRIVERS = { redis: 'redis', amqp: 'amqplib', nats: 'nats' }

export async function connectorFor(client: Client): Promise<Connector> {
  if (client.option) return givenRedis(client)
  const name = DRIVERS[client.adapter]
  if (name !== client.package) await replacePackage(name, client.package)
  return { options: (uri) => ({ uri }), end: async () => {} }
}

/** Its version, from its own package.json. */
export async function installedVersion({ package: name }: Client): Promise<string> {
  const manifest = await readFile(`node_modules/${name}/package.json`, 'utf8')
  return JSON.parse(manifest).version
}

/** What imports `name` from now on gets `other`, as in an application that has installed that one. */
async function replacePackage(name: string, other: string): Promise<void> {
  const hooks = `export const resolve = (name, context, next) =>
    next(name === '${name}' ? '${other}' : name, context)`
  register(`data:text/javascript,${encodeURIComponent(hooks)}`)
  if ((await import(name)) !== (await import(other))) throw new Error(`'${name}' is still '${name}'`)
}

async function givenRedis({ package: name }: Client): Promise<Connector> {
  const { createClient } = (await import(name)) as typeof import('redis')
  const ends: (() => unknown)[] = []
  return {
    options(url) {
      const client = createClient({ url })
      client.on('error', () => {}) // in an outage
      const end = () => (client.destroy ? client.destroy() : client.disconnect()) // until version 4
      ends.push(() => client.isOpen && end())
      return { adapter: 'redis', redisClient: client }
    },
    end: () => Promise.all(ends.splice(0).map((end) => end()))
  }
}
