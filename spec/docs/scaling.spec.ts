import { eventually } from '../support/eventually.js'
import { IN_SYNC, Page } from './page.js'

const page = await Page.read('docs/scaling.md')

page.describe(() => {
  it('measures rates', async () => {
    const { code, ...rest } = page.snippet('When is it too much?')
    const faster = code.replace('10_000', '100').replace('/ 10', '/ 0.1')
    const { app, calls, timer } = (await page.run(
      { code: faster, ...rest },
      IN_SYNC,
      'export { timer }\n'
    )) as Awaited<ReturnType<Page['run']>> & { timer: NodeJS.Timeout }
    await app.sync.ready
    await app.service('messages').create([{}, {}, {}])
    const said = 'sent 30 and received 0 events a second'
    await eventually(() => calls.some(([, text]) => text === said), { message: said })
    clearInterval(timer)
  })
})
