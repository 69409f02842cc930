import { expect } from 'chai'
import type { SyncHealth } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import type { Snippet } from '../support/snippets.js'
import { GENERATED } from './generated.js'
import { Page } from './page.js'
import { ServerStage } from './server-stage.js'

const page = await Page.read('docs/health.md')

page.describe(() => {
  const stage = new ServerStage()

  /** An application that listens, though it may not be in sync. */
  async function listening(framework: keyof typeof GENERATED, snippet: Snippet) {
    const { imports, end } = GENERATED[framework]
    const { app } = await page.run(
      snippet,
      `${imports}app.configure(sync({ uri: '${stage.broker.uri}', key: '${stage.key}' }))`,
      end
    )
    app.on('sync-error', () => {})
    await app.listen(stage.port)
    const ask = async () => {
      const response = await fetch(`http://127.0.0.1:${stage.port}/ready`, {
        headers: { connection: 'close' }
      })
      return { code: response.status, body: await response.text() }
    }
    return { app, ask }
  }

  for (const framework of ['koa', 'express'] as const) {
    it(`answers a probe by ${framework}: 503 until it is connected, 200 also in an outage, and 503 at the end`, async () => {
      await stage.broker.kill()
      const { app, ask } = await listening(framework, page.snippet(framework))
      const health = async () => {
        const { code, body } = await ask()
        return { code, ...(JSON.parse(body) as SyncHealth) }
      }
      expect(await health()).to.include({ code: 503, healthy: false, status: 'connecting' })
      await stage.broker.start()
      await app.sync.ready
      expect(await health())
        .to.include({ code: 200, healthy: true, status: 'ready' })
        .and.not.have.property('reason')
      await stage.broker.kill()
      await eventually(() => app.sync.status === 'reconnecting')
      expect(await health()).to.include({ code: 200, healthy: true, status: 'reconnecting' })
      await stage.broker.start()
      await eventually(() => app.sync.status === 'ready')
      await app.sync.close()
      expect(await health()).to.include({ code: 503, healthy: false, status: 'closed' })
    })
  }

  it('gives clients away after a long outage where that is wanted', async () => {
    const snippet = page.snippet('A stricter rule')
    const code = snippet.code.replace('120_000', '200')
    const { app, ask } = await listening('koa', { ...snippet, code })
    await app.sync.ready
    expect(await ask()).to.deep.equal({ code: 200, body: '{"status":"ready","isCutOff":false}' })
    await stage.broker.kill()
    await eventually(() => app.sync.status === 'reconnecting')
    await eventually(async () => (await ask()).code === 503)
    expect((await ask()).body).to.contain('"isCutOff":true')
    await stage.broker.start()
    await eventually(async () => (await ask()).code === 200)
  })

  it('shows what health() returns', async () => {
    const shown = JSON.parse(page.snippets.find(({ language }) => language === 'json')?.code ?? '')
    const { app } = await listening('koa', page.snippet('koa'))
    await app.sync.ready
    await stage.broker.kill()
    await eventually(() => /could not connect/.test(app.sync.health().reason ?? ''))
    const health = app.sync.health()
    expect(Object.keys(health)).to.deep.equal(Object.keys(shown))
    const words = (text = '') => text.replace(/\(.*/, '').replace(/\d+/g, '1').replace(', 1 events wait', '')
    expect(words(health.reason)).to.equal(words(shown.reason))
    await stage.broker.start()
  })
})
