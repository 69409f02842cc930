import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { Daemon } from '../support/brokers/daemon.js'
import { freePort } from '../support/brokers/ports.js'
import { eventually } from '../support/eventually.js'
import { Example, startProgram } from './example.js'

const example = new Example('prometheus')
const PROMTOOL = '/usr/bin/promtool'
const PROMETHEUS = '/usr/bin/prometheus'

describe('examples/prometheus', function () {
  this.timeout(120_000)

  it('prints what its README shows', () => example.expectOutput())

  const missing = [PROMTOOL, PROMETHEUS].filter((file) => !existsSync(file))
  const title = missing.length > 0 ? ` (skipped: ${missing.join(' and ')} could not be installed)` : ''
  const withPrometheus = missing.length > 0 ? it.skip : it

  withPrometheus(`has alerts and a configuration that promtool accepts${title}`, async () => {
    const check = promisify(execFile)
    await check(PROMTOOL, ['check', 'rules', `${example.path}/alerts.yml`])
    await check(PROMTOOL, ['check', 'config', `${example.path}/prometheus.yml`])
  })

  withPrometheus(
    `has metrics that promtool finds no fault with, and that Prometheus scrapes${title}`,
    async () => {
      const ports = [await freePort(), await freePort(), await freePort()]
      const [one, two, port] = ports
      const folder = await mkdtemp(join(tmpdir(), 'feathers-sync-prometheus-'))
      const programs: Daemon[] = []
      try {
        const SYNC_KEY = `prometheus-spec-${process.pid}`
        for (const PORT of [`${one}`, `${two}`]) programs.push(await startInstance(PORT, SYNC_KEY))
        await lint(`http://localhost:${one}/metrics`)
        const yaml = await readFile(`${example.path}/prometheus.yml`, 'utf8')
        const config = yaml.replace('3031', `${one}`).replace('3032', `${two}`)
        await writeFile(join(folder, 'prometheus.yml'), config)
        await writeFile(join(folder, 'alerts.yml'), await readFile(`${example.path}/alerts.yml`))
        const args = [
          `--config.file=${folder}/prometheus.yml`,
          `--storage.tsdb.path=${folder}/data`,
          `--web.listen-address=127.0.0.1:${port}`
        ]
        programs.push(await startProgram(PROMETHEUS, args, /ready to receive web requests/))
        await create(`http://localhost:${one}/messages`, 20)
        const prometheus = new Prometheus(`http://127.0.0.1:${port}`)
        await eventually(
          async () => (await prometheus.value('sum(feathers_sync_events_received_total)')) === 20,
          {
            timeout: 30_000,
            message: 'a scrape that has the 20 events'
          }
        )
        for (const expression of await expressions()) {
          // A rate takes two scrapes.
          const hasResult = async () => (await prometheus.query(expression)).length > 0
          await eventually(hasResult, { timeout: 30_000, message: `a result of ${expression}` })
        }
        expect(await prometheus.value('count(ALERTS{alertstate="firing"}) or vector(0)')).to.equal(0)
      } finally {
        await Promise.all(programs.map((program) => program.stop()))
        await rm(folder, { recursive: true })
      }
    }
  )
})

function startInstance(PORT: string, SYNC_KEY: string): Promise<Daemon> {
  return example.start('instance.mjs', /listens/, { PORT, SYNC_KEY })
}

/** Names, types, units and help, by the conventions of Prometheus. */
async function lint(url: string): Promise<void> {
  const metrics = await (await fetch(url)).text()
  const done = promisify(execFile)(PROMTOOL, ['check', 'metrics'])
  done.child.stdin?.end(metrics)
  const { stdout, stderr } = await done
  expect(stdout + stderr).to.equal('')
}

async function create(url: string, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    const headers = { 'content-type': 'application/json' }
    await fetch(url, { method: 'POST', headers, body: JSON.stringify({ text: `${made}` }) })
  }
}

/** What the panels of the dashboard ask for, of all instances, but for what shows nothing while all is well. */
async function expressions(): Promise<string[]> {
  const { panels } = JSON.parse(await readFile(`${example.path}/dashboard.json`, 'utf8'))
  const all: string[] = panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
    targets.map(({ expr }) => expr)
  )
  return all
    .filter((expression) => !expression.endsWith('> 0'))
    .map((expression) =>
      expression.replaceAll(/\$__(rate_interval|range)/g, '30s').replaceAll(/\$(job|instance)/g, '.*')
    )
}

interface Sample {
  metric: Record<string, string>
  value: [time: number, value: string]
}

class Prometheus {
  constructor(private readonly url: string) {}

  /** @throws Error for what is no expression of Prometheus */
  async query(expression: string): Promise<Sample[]> {
    const response = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`)
    const { status, error, data } = (await response.json()) as {
      status: string
      error?: string
      data?: { result: Sample[] }
    }
    if (status !== 'success') throw new Error(`${expression}: ${error}`)
    return data?.result ?? []
  }

  async value(expression: string): Promise<number | undefined> {
    const [sample] = await this.query(expression)
    return sample && Number(sample.value[1])
  }
}
