import type { ServerInfo } from '../server-info.js'
import type { RedisClient } from './redis-client.js'

const LIMIT = 'what Redis takes unless `proto-max-bulk-len` says less'

/** By INFO and TIME, or by HELLO, which no user is forbidden. */
export async function serverInfo(client: RedisClient): Promise<ServerInfo> {
  const fields = (await infoOf(client)) ?? (await helloOf(client))
  const { valkey_version, dragonfly_version, redis_version, redis_mode, role, uptime_in_days } = fields
  const { server, version, mode } = fields
  const product = valkey_version ? 'Valkey' : dragonfly_version ? 'Dragonfly' : (server ?? 'Redis')
  const days = Number(uptime_in_days)
  return {
    product: product === 'redis' ? 'Redis' : product,
    version: valkey_version ?? dragonfly_version ?? redis_version ?? version,
    notes: [
      redis_mode ?? mode,
      role === 'slave' || role === 'replica' ? 'a replica' : undefined,
      days >= 1 ? `up for ${days === 1 ? '1 day' : `${days} days`}` : undefined
    ].filter((note) => note !== undefined),
    clock: await clockOf(client),
    limit: LIMIT
  }
}

type Fields = Record<string, string | undefined>

async function infoOf(client: RedisClient): Promise<Fields | undefined> {
  try {
    const lines = String(await client.command('INFO', 'server')).split(/\r?\n/)
    return Object.fromEntries(lines.map((line) => line.split(/:(.*)/s, 2)).filter(([, value]) => value))
  } catch {
    return undefined // not allowed
  }
}

async function helloOf(client: RedisClient): Promise<Fields> {
  try {
    const answer = await client.command('HELLO')
    const entries = Array.isArray(answer)
      ? answer.flatMap((name, at) => (at % 2 === 0 ? [[name, answer[at + 1]]] : []))
      : answer instanceof Map
        ? [...answer]
        : Object.entries(answer as object)
    return Object.fromEntries(entries.map(([name, value]) => [String(name), String(value)]))
  } catch {
    return {} // before Redis 6
  }
}

async function clockOf(client: RedisClient): Promise<ServerInfo['clock']> {
  try {
    const start = Date.now()
    const answer = await client.command('TIME')
    const took = Date.now() - start
    if (!Array.isArray(answer)) return undefined
    const [seconds, microseconds] = answer.map(Number) as [number, number]
    const ours = start + took / 2
    return { ahead: seconds * 1000 + microseconds / 1000 - ours, error: took / 2 + 1 }
  } catch {
    return undefined // not allowed
  }
}
