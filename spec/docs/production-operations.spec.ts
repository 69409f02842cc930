import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { History } from '../../lib/delivery/send/history.js'
import sync from '../../lib/index.js'
import { tableOf } from './tables.js'

const text = await readFile('docs/production.md', 'utf8')
const SIZING = 'How long an outage may last'

const number = (cell = '') => Number(cell.replaceAll(',', '').replace(' min', ''))

/** The memory that histories take which are filled with payloads, in bytes: of a process that does nothing else. */
async function memoryOf(...histories: [events: number, size: number][]): Promise<number[]> {
  const program = `
    const { History } = await import('${new URL('../../lib/delivery/send/history.ts', import.meta.url)}')
    const used = () => {
      gc()
      return process.memoryUsage().arrayBuffers
    }
    const held = []
    const taken = ${JSON.stringify(histories)}.map(([events, size]) => {
      const payload = Buffer.alloc(size) // one, which the history copies: others would be collected some time
      const before = used()
      const history = new History({ events, bytes: events * size })
      for (let event = 0; event < events; event += 1) history.add(payload, 1)
      held.push(history)
      return used() - before
    })
    console.log(JSON.stringify(taken))`
  const options = ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, options)
  return JSON.parse(stdout)
}

describe('docs/production.md, in operation', function () {
  this.timeout(30_000)

  it('has a row for each kind of error', async () => {
    const code = await readFile('lib/errors.ts', 'utf8')
    const [, union = ''] = /export type SyncErrorKind =([^/]*)/.exec(code) ?? []
    const kinds = [...union.matchAll(/'([\w-]+)'/g)].map(([, kind]) => kind)
    expect(kinds).to.include('overflow')
    const rows = tableOf(text, 'What each error means').map(([kind = '']) => kind.replaceAll('`', ''))
    expect(rows).to.deep.equal(kinds)
  })

  it('names values of stats() that there are', async () => {
    const app = feathers().configure(sync({ uri: 'ipc:', key: 'production-operations' }))
    const names = tableOf(text, 'What to monitor').flatMap(([names = '']) =>
      [...names.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name)
    )
    const values = { app, ...app.sync.stats() } as object
    for (const name of names) {
      const value = name.split('.').reduce((value: unknown, part) => (value as never)[part], values)
      expect(value, name).not.to.equal(undefined)
    }
    await app.teardown()
  })

  it('sizes histories by its formula, of which the default has room for the first two', () => {
    const rows = tableOf(text, SIZING)
    expect(rows).to.have.length.above(3)
    for (const [index, row] of rows.entries()) {
      const [minutes = 0, rate = 0, size = 0, events = 0, bytes = 0, memory = 0] = row.map(number)
      expect(events).to.equal(minutes * 60 * rate)
      expect(bytes).to.equal(events * size)
      expect(memory).to.equal(Math.round((bytes + 8 * events) / 1e6))
      expect(events <= 50_000 && bytes <= 32 * 1024 * 1024).to.equal(index < 2)
    }
  })

  it('tells what a history holds', () => {
    const [, rate = 0, size = 0, events = 0, bytes = 0] = (tableOf(text, SIZING)[1] ?? []).map(number)
    expect(rate).to.equal(200)
    const history = new History({ events, bytes })
    const payload = new Uint8Array(size)
    for (let event = 0; event < events; event += 1) history.add(payload, 1)
    expect(history.events).to.equal(events)
    history.add(payload, 1)
    expect(history.events).to.equal(events)
  })

  it('tells the memory of a history, which is up to a third more for large events', async () => {
    const [, , size = 0, events = 0, , memory = 0] = (tableOf(text, SIZING)[1] ?? []).map(number)
    const large: [number, number] = [200, 66_000] // three in 256 KiB
    const [usual = 0, most = 0] = await memoryOf([events, size], large)
    expect(usual / 1e6).to.be.within(memory * 0.95, memory * 1.05)
    expect(most / (large[0] * large[1])).to.be.within(1.2, 1.36)
  })
})
