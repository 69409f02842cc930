import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventually } from '../../support/eventually.js'
import { expectSync, IpcProcess, theHub } from './ipc-processes.js'

describe('IpcAdapter, in several processes', function () {
  this.timeout(60_000)
  let folder: string
  let uri: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipc-'))
    uri = `ipc://${folder}/hub.sock`
  })

  after(() => rmSync(folder, { recursive: true }))

  let processes: IpcProcess[]

  beforeEach(() => {
    processes = []
  })

  afterEach(async () => {
    await Promise.all(processes.map((one) => one.kill()))
  })

  const start = async (count: number, make = IpcProcess.fork) => {
    processes = Array.from({ length: count }, () => make(uri, 'processes'))
    await Promise.all(processes.map((one) => one.said('ready')))
  }

  it('has one hub, and another when it is killed, and another when that is torn down', async () => {
    await start(4)
    await expectSync(processes)
    const first = await theHub(processes)
    await first.kill()
    processes.splice(processes.indexOf(first), 1)
    await expectSync(processes)
    const second = await theHub(processes)
    second.tell({ create: 'the last word', teardown: true })
    await second.said('tornDown')
    processes.splice(processes.indexOf(second), 1)
    await eventually(() => processes.every(({ texts }) => texts.includes('the last word')))
    await expectSync(processes)
    await second.kill()
  })

  it('has one hub when ten start at once, where a killed one left its socket', async () => {
    await start(1)
    await processes[0]?.kill()
    await start(10)
    await expectSync(processes)
  })

  it('has one hub among the workers of a cluster', async () => {
    await start(3, IpcProcess.worker)
    await expectSync(processes)
    await (await theHub(processes)).kill()
    processes = processes.filter(({ child }) => child.signalCode === null)
    await expectSync(processes)
  })

  it('lets the processes end by themselves after teardown, the hub too', async () => {
    await start(2)
    for (const one of processes) {
      one.tell({ teardown: true })
      await one.said('tornDown')
      const began = performance.now()
      await eventually(() => one.child.exitCode === 0, { message: 'the end of the process' })
      expect(performance.now() - began).to.be.below(1000)
    }
  })
})
