import { reason } from '../../errors.js'
import { isSubscribed, type RedisClient } from './redis-client.js'

/** What a server says that it is. */
export interface Role {
  readonly name: 'master' | 'slave' | 'sentinel'
  /** Of a replica: the address of its primary. */
  readonly primary: string
}

/** @returns undefined where the user may not ask */
export async function roleOf(client: RedisClient): Promise<Role | undefined> {
  try {
    const answer = await client.command('ROLE')
    if (!Array.isArray(answer)) return undefined
    const [name, host, port] = answer.map(String)
    return { name: name as Role['name'], primary: `${host}:${port}` }
  } catch (error) {
    if (/^[A-Z]+ /.test(reason(error)) && !isSubscribed(error)) return undefined
    throw error // cut, or no command is taken at all
  }
}

/**
 * Calls `onDemoted` once when the server that was a primary has become a replica: it accepts messages and hands them to its own
 * subscribers, but instances at the new primary do not get them.
 *
 * @param ms how often the server is asked
 */
export function watchRole(
  client: RedisClient,
  role: Role | undefined,
  ms: number,
  onDemoted: (cause: Error) => void
): () => void {
  if (role?.name !== 'master') return () => {}
  const check = async () => {
    const now = await roleOf(client)
    if (now?.name !== 'slave') return
    clearInterval(timer)
    onDemoted(new Error(`the server has become a replica (of ${now.primary})`))
  }
  const timer = setInterval(() => check().catch(() => {}), ms)
  timer.unref()
  return () => clearInterval(timer)
}
