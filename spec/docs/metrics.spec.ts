import { readFile } from 'node:fs/promises'
import { type Application, feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { Registry, register } from 'prom-client'
import sync from '../../lib/index.js'
import { collectSyncMetrics } from '../../lib/prometheus.js'
import { readYaml } from '../examples/yaml.js'
import { freePort } from '../support/brokers/ports.js'
import { IN_SYNC, Page } from './page.js'
import { tableOf } from './tables.js'

const page = await Page.read('docs/metrics.md')
const text = await readFile('docs/metrics.md', 'utf8')

interface Rule {
  alert: string
  expr: string
}

interface Panel {
  id: number
  title: string
  description: string
  type: string
  gridPos: { x: number; y: number; w: number; h: number }
  datasource: { type: string; uid: string }
  targets: { expr: string; refId: string }[]
}

interface Dashboard {
  title: string
  uid: string
  schemaVersion: number
  templating: { list: { name: string; query: string | { query: string } }[] }
  panels: Panel[]
}

const dashboard: Dashboard = JSON.parse(await readFile('examples/prometheus/dashboard.json', 'utf8'))
const [alerts] = await readYaml<{ groups: { rules: Rule[] }[] }>('examples/prometheus/alerts.yml')
const rules = alerts?.groups.flatMap(({ rules }) => rules) ?? []

/** The metrics of a real application, as `prom-client` has them. */
async function metricsOf(app: Application) {
  const own = new Registry()
  collectSyncMetrics(app, { register: own })
  return await own.getMetricsAsJSON()
}

describe('the metrics', () => {
  const app = feathers().configure(sync({ uri: 'ipc:', key: 'docs-metrics' }))
  after(() => app.teardown())

  it('are all in the table of the page, with their types and labels', async () => {
    const metrics = await metricsOf(app)
    const rows = metrics.map(({ name, type, values }) => {
      const labels = Object.keys(values[0]?.labels ?? {}).filter((label) => label !== 'le')
      return [name, `${type}`, labels.join(', ') || '–']
    })
    const shown = tableOf(text, 'All metrics').map(([name = '', type, labels = '']) => [
      name.replaceAll('`', ''),
      type,
      labels.replaceAll('`', '')
    ])
    expect(shown).to.deep.equal(rows)
  })

  it('are all that the dashboard and the alerts ask for', async () => {
    const names = new Set((await metricsOf(app)).map(({ name }) => name))
    const queries = [
      ...rules.map(({ expr }) => expr),
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...dashboard.templating.list.map(({ query }) => (typeof query === 'string' ? query : query.query))
    ]
    const used = queries.flatMap((query) => query.match(/feathers_sync_\w+/g) ?? [])
    expect(used).to.have.length.above(20)
    for (const name of used) expect(names).to.include(name.replace(/_(bucket|sum|count)$/, ''))
  })

  it('have labels and kinds of errors that the alerts ask for', async () => {
    const errors = (await metricsOf(app)).find(({ name }) => name === 'feathers_sync_errors_total')
    const kinds = errors?.values.map(({ labels }) => labels.kind)
    const [, excluded = ''] =
      rules.map(({ expr }) => /kind!~"(.*)"/.exec(expr) ?? []).find(([all]) => all) ?? []
    expect(kinds).to.include.members(excluded.split('|'))
  })
})

describe('the dashboard', () => {
  it('has what Grafana requires', () => {
    expect(dashboard).to.include({ title: 'feathers-sync', uid: 'feathers-sync' })
    expect(dashboard.schemaVersion).to.be.at.least(38)
    expect(dashboard.panels).to.have.length.above(8)
    const variables = dashboard.templating.list.map(({ name }) => `$\{${name}}`)
    for (const { id, title, type, description, datasource, targets } of dashboard.panels) {
      expect(id, title).to.be.above(0)
      expect(['stat', 'timeseries']).to.include(type)
      expect(description, title).to.match(/\.$/)
      expect(variables).to.include(datasource.uid)
      expect(targets.map(({ refId }) => refId)).to.deep.equal(['A', 'B', 'C', 'D'].slice(0, targets.length))
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).to.equal(dashboard.panels.length)
  })

  it('has panels side by side, none over another', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).to.be.at.most(24)
      return Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`)
    })
    expect(new Set(cells).size).to.equal(cells.length)
  })
})

page.describe(() => {
  const KOA = `
    import { koa } from '@feathersjs/koa'
    import { feathers } from '@feathersjs/feathers'
    const app = koa(feathers())
  `
  const EXPRESS = `
    import express from '@feathersjs/express'
    import { feathers } from '@feathersjs/feathers'
    import { register } from 'prom-client'
    import { collectSyncMetrics } from 'feathers-sync/prometheus'
    import sync from 'feathers-sync'
    const app = express.default(feathers())
    app.configure(sync({ uri: 'ipc:' }))
    collectSyncMetrics(app)
  `

  afterEach(() => register.clear())

  for (const [index, [framework, prelude]] of Object.entries({ koa: KOA, express: EXPRESS }).entries()) {
    it(`serves them on ${framework}`, async () => {
      const { app } = await page.run(page.snippet('Set-up', index), prelude)
      await app.sync.ready
      const port = await freePort()
      await (app as unknown as { listen(port: number): Promise<unknown> }).listen(port)
      const response = await fetch(`http://localhost:${port}/metrics`, { headers: { connection: 'close' } })
      const type = response.headers.get('content-type')?.split('; ') // in any order
      expect(type).to.have.members(['text/plain', 'version=0.0.4', 'charset=utf-8'])
      expect(await response.text()).to.match(/^feathers_sync_up 1$/m)
    })
  }

  it('takes two applications of one process', async () => {
    const prelude = `${IN_SYNC}
      import { collectSyncMetrics } from 'feathers-sync/prometheus'
      const admin = feathers().configure(inSync({ uri: 'ipc:' }))
    `
    const result = await page.run(
      page.snippet('Several applications, several processes'),
      prelude,
      '\nexport { admin }\n'
    )
    const { app, admin } = result as typeof result & { admin: Application }
    try {
      await Promise.all([app.sync.ready, admin.sync.ready])
      expect(await register.metrics())
        .to.match(/^feathers_sync_up\{app="main"\} 1$/m)
        .and.to.match(/^feathers_sync_up\{app="admin"\} 1$/m)
    } finally {
      await admin.teardown()
    }
  })

  it('subscribes to a channel', async () => {
    const { code, ...rest } = page.snippet('Channels for APM tools')
    const prelude = `${IN_SYNC}
      app.on('sync-error', () => {})
      const subscribe = (name, listener) => {
        subscribeForEver(name, listener)
        app.on('end', () => unsubscribe(name, listener))
      }
    `
    const ending = code.replace('{ subscribe }', '{ subscribe as subscribeForEver, unsubscribe }')
    const { app, calls } = await page.run({ code: ending, ...rest }, prelude)
    try {
      app.emit('sync-in', { event: 'created', path: 'nowhere' })
      expect(calls).to.deep.equal([['warn', 'ipc: unknown']])
    } finally {
      app.emit('end')
    }
  })

  it('has a row for each alert', () => {
    const rows = tableOf(text, 'Alerts').map(([name = '']) => name.replaceAll('`', ''))
    expect(rows).to.deep.equal(rules.map(({ alert }) => alert))
  })
})
