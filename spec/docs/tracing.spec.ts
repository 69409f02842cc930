import { context, propagation, trace } from '@opentelemetry/api'
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace-base'
import { expect } from 'chai'
import sinon from 'sinon'
import { eventually } from '../support/eventually.js'
import { APP, Page } from './page.js'

const page = await Page.read('docs/tracing.md')

interface Printed {
  name: string
  traceId: string
}

page.describe(() => {
  afterEach(() => {
    sinon.restore()
    trace.disable()
    context.disable()
    propagation.disable()
  })

  it('shows a set-up by which the trace of a call goes on in another instance', async () => {
    const printed: Printed[] = []
    sinon.stub(ConsoleSpanExporter.prototype, 'export').callsFake((spans, done) => {
      for (const span of spans) printed.push({ name: span.name, traceId: span.spanContext().traceId })
      done({ code: 0 })
    })
    const [one, two] = await page.twice(page.snippet('Set-up'), APP)
    two.service('messages').on('created', () => {})
    await one.service('messages').create({ text: 'hi' })
    await eventually(() => printed.some(({ name }) => name.startsWith('process ')))
    expect(printed.map(({ name }) => name.split(' ')[0])).to.deep.equal(['messages', 'send', 'process'])
    expect(new Set(printed.map(({ traceId }) => traceId)).size).to.equal(1)
  })

  it('shows an emitter that is instrumented', async () => {
    await page.run(page.snippet('Emitters'), APP, 'await emitter.close()\n')
  })

  it('shows an instrumentation that is called', async () => {
    const prelude = `${APP}import sync from 'feathers-sync'\napp.configure(sync({ uri: 'ipc:' }))\n`
    const snippet = page.snippet('Another instrumentation')
    const [one, two] = [await page.run(snippet, prelude), await page.run(snippet, prelude)]
    await Promise.all([one, two].map(({ app }) => app.sync.ready))
    two.app.service('messages').on('created', () => {})
    await one.app.service('messages').create({ text: 'hi' })
    await eventually(() => two.calls.length === 1)
    expect(two.calls[0]?.join(' ')).to.match(/^info messages created of instance \d+: [\d.]+ ms$/)
    expect(one.calls).to.deep.equal([])
  })
})
