import { expect } from 'chai'
import { runScript } from '../support/process.js'

/**
 * Runs a process that makes a client of Redis, hands it in, closes the application and ends the client: it ends by itself, prints
 * nothing, and the client has the listeners that it had before.
 *
 * @param setUp statements before `create`, the imports among them
 * @param create an expression of the client
 * @param end the method by which its owner ends it
 */
export async function expectLeftAlone(setUp: string, create: string, end: string): Promise<void> {
  const { output, errors, code, lingered } = await runScript(`
    import { feathers } from '@feathersjs/feathers'
    import sync from './lib/index.ts'
    ${setUp}
    const redisClient = ${create}
    await (redisClient.pipeline ? redisClient.ping() : redisClient.connect()) // ioredis connects by itself
    const listeners = () => redisClient.eventNames().map((name) => redisClient.listenerCount(name)).join()
    const before = listeners()
    const app = feathers().configure(sync.redis({ redisClient }))
    await app.sync.ready
    await app.teardown()
    console.log(listeners() === before)
    await redisClient.${end}()`)
  expect({ setUp, output, errors, code }).to.deep.equal({ setUp, output: 'true\n', errors: '', code: 0 })
  expect(lingered, setUp).to.be.below(1500)
}
