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

export async function connectorFor(client: Client): Promise<Connector> {
  if (client.option) return client.package.startsWith('ioredis') ? givenIoredis(client) : givenRedis(client)
  // the adapter takes it where the other one isn't installed
  if (client.package === '@nats-io/transport-node') await hidePackage('nats')
  const [, name] = /^(redis|amqplib)-/.exec(client.package) ?? []
  if (name) await replacePackage(name, client.package)
  return { options: (uri) => ({ uri }), end: async () => {} }
}

/** Its version, from its own package.json. */
export async function installedVersion({ package: name }: Client): Promise<string> {
  const manifest = await readFile(`node_modules/${name}/package.json`, 'utf8')
  return JSON.parse(manifest).version
}

/** It can't be imported any more, as if it were not installed. */
async function hidePackage(name: string): Promise<void> {
  onImport(name, "throw Object.assign(new Error('hidden'), { code: 'ERR_MODULE_NOT_FOUND' })")
  const found = await import(name).catch(() => undefined)
  if (found) throw new Error(`'${name}' can still be imported`)
}

/** Who imports it gets the other one, as if that were installed under this name. */
async function replacePackage(name: string, other: string): Promise<void> {
  onImport(name, `return next('${other}', context)`)
  if ((await import(name)) !== (await import(other))) throw new Error(`'${name}' is not '${other}'`)
}

function onImport(name: string, action: string): void {
  const hooks = `export const resolve = (name, context, next) => {
    if (name === '${name}') ${action}
    return next(name, context)
  }`
  register(`data:text/javascript,${encodeURIComponent(hooks)}`)
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

async function givenIoredis({ package: name }: Client): Promise<Connector> {
  const { Redis } = (await import(name)) as typeof import('ioredis')
  const ends: (() => void)[] = []
  return {
    options(url) {
      const client = new Redis(url)
      client.on('error', () => {}) // in an outage
      ends.push(() => client.disconnect())
      return { adapter: 'redis', redisClient: client }
    },
    end: async () => {
      for (const end of ends.splice(0)) end()
    }
  }
}
