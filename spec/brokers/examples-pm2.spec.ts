import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { Daemon } from '../support/brokers/daemon.js'
import { ClusterStage } from './cluster-stage.js'

const run = promisify(execFile)
const PM2 = 'node_modules/pm2/bin/pm2'

describe('examples/pm2/ecosystem.config.cjs', function () {
  this.timeout(120_000)
  let stage: ClusterStage
  let primary: Daemon

  const pm2 = (...args: string[]) =>
    run(process.execPath, [PM2, ...args], { env: { ...process.env, ...stage.env } })

  before(async () => {
    stage = await ClusterStage.make()
    const config = join(stage.folder, 'pm2/ecosystem.config.cjs')
    primary = await stage.start([PM2, 'start', config, '--no-daemon'], /launched \(3 instances\)/)
  })
  after(async () => {
    await stage.stop()
    expect(await stage.processes()).to.deep.equal([])
  })

  it('serves the same events by all processes', async () => {
    await stage.connectToAll()
    await stage.expectEvents()
  })

  it('serves them by processes that PM2 has restarted', async () => {
    const killed = (await stage.connectToAll()).slice(0, 2)
    for (const pid of killed) process.kill(pid, 'SIGKILL')
    const running = await stage.connectToAll()
    for (const pid of killed) expect(running).to.not.include(pid)
    await stage.expectEvents()
  })

  it('serves them after a reload', async () => {
    const before = await stage.connectToAll()
    await pm2('reload', 'my-application')
    const after = await stage.connectToAll()
    for (const pid of before) expect(after).to.not.include(pid)
    await stage.expectEvents()
  })

  it('leaves no process behind', async () => {
    await pm2('kill')
    await primary.gone
    expect(await stage.processes()).to.deep.equal([])
  })
})
