import { expect } from 'chai'
import { StartedApplication } from '../docs/started.js'
import { snippetsOf } from '../support/snippets.js'

const snippets = await snippetsOf('docs/getting-started.md')

describe('docs/getting-started.md', function () {
  this.timeout(120_000)
  const application = new StartedApplication(snippets)

  it('is right for TypeScript', () => expect(application.typeErrors()).to.deep.equal([]))
})
