import { readFile } from 'node:fs/promises'
import { expect } from 'chai'

const ORDER = [
  'How it works',
  'Connecting',
  'Security',
  'Options',
  'Limits and large events',
  'When the broker is down',
  'Common questions',
  'Migrating from version 3'
]
const QUESTIONS = ['data stored', 'several applications', 'sticky sessions', 'versions']

describe('the pages of the brokers', () => {
  for (const name of ['redis', 'amqp', 'nats', 'ipc']) {
    it(`have one order: ${name}`, async () => {
      const page = await readFile(`docs/brokers/${name}.md`, 'utf8')
      const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
      expect(headings.map((heading) => heading?.replace('hub ends', 'broker is down'))).to.deep.equal(ORDER)
      const asked = [...page.matchAll(/^### (.*)\?$/gm)].join()
      for (const question of QUESTIONS) expect(asked.replace('systems', 'versions')).to.include(question)
    })
  }
})
