import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { command, start } from '../support/command-line.js'
import { eventually } from '../support/eventually.js'
import { Members } from '../support/members.js'

const ROW = /^[\da-f]{8} .* [\d.]+ s +[\d.]+ +\d+ +\d+ ms +[\d.]+ s ago$/gm

describe('feathers-sync top', () => {
  const uri = `ipc:///tmp/feathers-sync-${randomUUID().slice(0, 8)}.sock`
  const members = new Members()
  const top = ['top', uri, '--key', members.key, '--interval', '1']
  before(() => members.start(2, { uri }))
  after(() => members.closeAll())

  it('shows a row for each instance, with --once one table', async () => {
    const { code, output, errors } = await command([...top, '--once'])
    expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
    expect(output).to.match(
      /^ipc:\S* with the key \S+, at \d\d:\d\d:\d\d\n2 instances, 0\.0 events\/s\n\nINSTANCE +NAME/
    )
    expect(output.match(ROW)).to.have.length(2)
  })

  it('tells the rate of each, as JSON with --json', async () => {
    const running = start([...top, '--json'])
    const timer = setInterval(() => members.all[0]?.make(10), 20)
    await eventually(() => running.documents().length === 2)
    clearInterval(timer)
    running.interrupt(130)
    expect(await running.ended).to.include({ code: 0, errors: '' })
    const { instances, missed, away } = running.documents()[1] as {
      instances: { rate: number }[]
      missed: number
      away: boolean
    }
    const rates = instances.map(({ rate }) => rate).sort((one, other) => one - other)
    expect({ missed, away, idle: rates[0] }).to.deep.equal({ missed: 0, away: false, idle: 0 })
    expect(rates[1]).to.be.within(50, 1000)
  })

  it('waits for a reader that is too slow, with the latest then', async () => {
    const waits = async (args: string[]) => {
      const running = start(args)
      await eventually(() => running.output !== '')
      running.stall()
      const before = running.output
      await delay(2500) // two more would have come
      expect(running.output).to.equal(before)
      running.readOn()
      await eventually(() => running.output !== before)
      running.interrupt(130)
      expect((await running.ended).code).to.equal(0)
    }
    await Promise.all([waits(top), waits([...top, '--json'])])
  })

  it('is drawn over itself on a terminal, cut to its height, and below itself elsewhere', async () => {
    for (const isTerminal of [true, false]) {
      const running = start(top, { isTerminal })
      await eventually(() => running.output.match(/with the key/g)?.length === 2)
      running.interrupt(130)
      await running.ended
      expect(running.output.split('\u001b[H').length).to.equal(isTerminal ? 3 : 1)
      expect(running.output.includes('\u001b')).to.equal(isTerminal)
    }
    await members.start(5, { uri })
    const small = start(top, { isTerminal: true })
    await eventually(() => small.output.includes('and 3 more'), { message: small.output })
    const [drawn = ''] = small.output.split('\u001b[J')
    expect(drawn.split('\n')).to.have.length(10) // the last one is empty: one more would move all up
    small.interrupt(130)
    await small.ended
    const tiny = start([...top, '--key', 'x'.repeat(90)], { isTerminal: true, columns: 30, rows: 3 })
    await eventually(() => tiny.output.includes('instances'))
    tiny.interrupt(130)
    await tiny.ended
    const lines = stripVTControlCharacters(tiny.output).trimEnd().split('\n')
    expect(lines).to.have.length(2)
    expect(Math.max(...lines.map(({ length }) => length))).to.equal(30)
  })
})
