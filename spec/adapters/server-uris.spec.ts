import { expect } from 'chai'
import { serverUris } from '../../lib/adapters/server-uris.js'

describe('serverUris', () => {
  const cases: Record<string, [uri: string | string[] | undefined, uris: string[]]> = {
    'none where there is none': [undefined, []],
    one: ['amqp://a/v', ['amqp://a/v']],
    'those of a list': [
      ['amqp://a', 'amqps://b'],
      ['amqp://a', 'amqps://b']
    ],
    'those of a text': ['nats://a , NATS://b:1,nats://c', ['nats://a', 'NATS://b:1', 'nats://c']],
    'those of lists in a list': [
      ['nats://a,nats://b', 'nats://c'],
      ['nats://a', 'nats://b', 'nats://c']
    ],
    'those of several hosts': [
      'amqp://u:p%2C,q@a:1, b,[::1]:2/v%2F?heartbeat=7',
      ['a:1', 'b', '[::1]:2'].map((host) => `amqp://u:p%2C,q@${host}/v%2F?heartbeat=7`)
    ],
    'one with a comma in its password': ['amqp://u:p,q@h/v', ['amqp://u:p,q@h/v']]
  }
  for (const [title, [uri, uris]] of Object.entries(cases)) {
    it(`returns ${title}`, () => {
      expect(serverUris(uri)).to.deep.equal(uris)
    })
  }
})
