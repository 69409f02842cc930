import { join } from 'node:path'
import { expect } from 'chai'
import { ClusterStage } from './cluster-stage.js'

describe('examples/cluster.mjs', function () {
  this.timeout(60_000)
  let stage: ClusterStage

  beforeEach(async () => {
    stage = await ClusterStage.make()
  })
  afterEach(async () => {
    await stage.stop()
    expect(await stage.processes()).to.deep.equal([])
  })

  it('serves the same events by all workers, also by those that replace killed ones, and ends', async () => {
    const primary = await stage.start([join(stage.folder, 'cluster.mjs')], /(listens on.*){3}/s)
    const workers = await stage.connectToAll()
    await stage.expectEvents()

    const killed = workers.slice(0, 2)
    for (const worker of killed) process.kill(worker, 'SIGKILL')
    const workersNow = await stage.connectToAll()
    for (const worker of killed) expect(workersNow).to.not.include(worker)
    await stage.expectEvents()

    primary.signal('SIGTERM')
    await primary.gone
    expect(await stage.processes()).to.deep.equal([])
  })
})
