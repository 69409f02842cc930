import { expect } from 'chai'
import { spy } from 'sinon'
import { answered, type RedisContext } from '../../../lib/adapters/redis/redis-client.js'

describe('answered, of a message that Redis refuses', () => {
  async function refuse(message: string): Promise<unknown[][]> {
    const lost = spy()
    const refusal = new Error(message)
    const caught = await answered({ lost } as unknown as RedisContext, Promise.reject(refusal)).catch(
      (error: unknown) => error
    )
    expect(caught).to.equal(refusal)
    return lost.args
  }

  for (const message of [
    'MOVED 866 127.0.0.1:7001',
    'ASK 866 127.0.0.1:7001',
    'CLUSTERDOWN The cluster is down',
    "READONLY You can't write against a read only replica.",
    'LOADING Redis is loading the dataset in memory',
    "ERR Can't execute 'publish': only (P|S)SUBSCRIBE / PING are allowed in this context"
  ]) {
    it(`takes the connection for lost, as another one is needed: ${message}`, async () => {
      const [[cause] = []] = await refuse(message)
      expect(cause).to.be.an('error').with.property('message', message)
    })
  }

  for (const message of [
    "OOM command not allowed when used memory > 'maxmemory'.",
    'NOPERM no permission',
    ''
  ]) {
    it(`keeps the connection: ${message || 'an error without a text'}`, async () => {
      expect(await refuse(message)).to.deep.equal([])
    })
  }
})
