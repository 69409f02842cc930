import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { APP, Page } from './page.js'

const page = await Page.read('docs/emitter.md')

/** An instance of the application that the snippets tell something. */
const INSTANCE = `${APP}
import sync from 'feathers-sync'
app.use('reports', { find: async () => [] }, { events: ['finished'] })
app.configure(sync({ uri: 'redis://localhost:6379', key: 'my-application' }))
await app.sync.ready
const seen: unknown[] = []
for (const event of ['created', 'removed']) app.service('messages').on(event, ({ id }) => seen.push(event + ' ' + id))
app.service('reports').on('finished', ({ name }) => seen.push('finished ' + name))
export { seen }
`

page.describe(() => {
  const run = async (...snippet: Parameters<typeof page.snippet>) => {
    const result: object = await page.run(page.snippet(...snippet), INSTANCE)
    return (result as { seen: string[] }).seen
  }

  it('tells every instance', async () => {
    const seen = await run('The emitter')
    await eventually(() => expect(seen).to.deep.equal(['finished monday']))
    expect(process.exitCode).to.equal(undefined)
  })

  it('sends more than the history holds', async () => {
    const seen = await run('Sending, and ending')
    await eventually(() => seen.length === 100_000, { message: '100,000 events', timeout: 30_000 })
    expect(seen.at(-1)).to.equal('removed 100000')
  })

  it('is typed', async () => {
    const seen = await run('Types')
    await eventually(() => expect(seen).to.deep.equal(['created 1', 'finished monday']))
  })
})
