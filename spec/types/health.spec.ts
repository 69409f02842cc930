import { expect } from 'chai'
import { GENERATED } from '../docs/generated.js'
import { snippetsOf, typeErrors } from '../support/snippets.js'

describe('docs/health.md', function () {
  this.timeout(120_000)

  it('has routes that are right for TypeScript, in applications of the Feathers CLI', async () => {
    const snippets = await snippetsOf('docs/health.md')
    const codes = Object.entries(GENERATED).map(([framework, { imports, end }]) => {
      const route = snippets.find(({ heading, language }) => heading === framework && language === 'js')
      return `${imports}${route?.code}${end}export { app, sync }`
    })
    expect(codes.join()).to.contain('app.sync.health()')
    expect(await typeErrors(codes)).to.deep.equal([])
  })
})
