import { freePort } from '../support/brokers/ports.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { Example, readText } from './example.js'

export const production = new Example('production')

/** The closeTimeout of an instance that doesn't set it, in s. */
export const CLOSE_TIMEOUT = 3

/** Instances of examples/production with the variables of a deployment, but for the port and Redis, which are our own. */
export class Instances {
  #redis: RedisBroker | undefined

  async start(env: Record<string, string>) {
    this.#redis ??= await startRedis()
    const port = await freePort()
    const own = { ...env, PORT: `${port}`, REDIS_URI: this.#redis.uri }
    return { port, process: await production.start('server.mjs', new RegExp(`listens on ${port}`), own) }
  }

  async stop() {
    await this.#redis?.stop()
  }
}

/** The names of the variables that the instance reads. */
export async function variables(): Promise<string[]> {
  const source = await readText(`${production.path}/server.mjs`)
  return [...source.matchAll(/const \{ (.*) \} = process\.env/g)].flatMap(([, list = '']) =>
    list.split(', ').map((entry) => entry.split(' = ')[0] as string)
  )
}
