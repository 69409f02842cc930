import { expect } from 'chai'
import type { Account } from './account.js'
import { judge } from './judge.js'
import { Ledger } from './ledger.js'
import { type Delivered, type Gap, now, type Report } from './protocol.js'

describe('the ledger of the soak', () => {
  let ledger: Ledger
  let maker: Account
  let receiver: Account
  let other: Account

  function report(account: Account, log: Report['log'], more: Partial<Report> = {}): void {
    const { made } = account
    ledger.report(account, {
      kind: 'report',
      log,
      at: now(),
      made,
      oldest: 1,
      moments: [],
      statuses: [],
      rss: 0,
      isHub: false,
      ...more
    })
  }

  /** The maker makes ten events, after all are ready, one each second from the tenth on. */
  beforeEach(() => {
    ledger = new Ledger()
    maker = ledger.open(1, 'M')
    receiver = ledger.open(2, 'R')
    other = ledger.open(3, 'O')
    for (const account of [maker, receiver, other]) {
      account.readyAt = 1000
      account.addStatuses([[1000, 'ready']])
    }
    ledger.setOrigin(maker, 'origin')
    const moments = Array.from({ length: 10 }, (_, index): [number, number] => [
      10_000 + index * 1000,
      index + 1
    ])
    report(maker, [[1, 1, 10]], { made: 10, moments })
    report(other, [[1, 1, 10]])
  })

  function outcome(...log: (Delivered | Gap)[]): string[] {
    report(receiver, log)
    return [...ledger.violations, ...judge(ledger).open].map(({ text }) => text)
  }

  it('is content when all came, or an exact gap', () => {
    expect(outcome([1, 1, 4], ['origin', 5, 6, 2], [1, 7, 10])).to.deep.equal([])
    expect(ledger.counts).to.deep.equal({ deliveries: 18, gaps: 1, missed: 2 })
  })

  describe('a gap of a maker that lives', () => {
    beforeEach(() => outcome([1, 1, 4], ['origin', 5, 6, 2], [1, 7, 10]))

    const told = () => ledger.violations.map(({ check }) => check)

    it('is a violation where it can still send what is missing', () => {
      report(maker, [], { oldest: 6 })
      expect(told()).to.deep.equal(['recovered'])
    })

    it('is none where it has it no more', () => {
      report(maker, [], { oldest: 7 })
      expect(told()).to.deep.equal([])
      expect(ledger.remarks).to.have.length(1)
    })

    it('is none where it was stopped just before', () => {
      maker.windows.push({ from: now() - 8000, to: now() - 1 })
      report(maker, [])
      expect(told()).to.deep.equal([])
    })

    it('is none where it has begun to leave', () => {
      maker.isLeaving = true
      report(maker, [])
      expect(told()).to.deep.equal([])
    })

    it('is judged by what it reports later, not by what was on its way', () => {
      report(maker, [], { at: now() - 1000 })
      expect(told()).to.deep.equal([])
      report(maker, [])
      expect(told()).to.deep.equal(['recovered'])
    })
  })

  it('finds what is missing in silence, at the beginning, in the middle and at the end', () => {
    expect(outcome([1, 2, 4], [1, 6, 9])).to.deep.equal([
      'R missed events 5-5 of M in silence',
      'R lacks events 1-1 of M (living, made 10), the first it should have got',
      'R lacks events 10-10 of M (living, made 10)'
    ])
  })

  it('finds that nothing came at all', () => {
    expect(outcome()).to.deep.equal(['R lacks events 1-10 of M (living, made 10)'])
  })

  it('finds what came twice, or out of order', () => {
    expect(outcome([1, 1, 5], [1, 5, 10])).to.deep.equal(['R got events 5-10 of M when 6 was next'])
  })

  it('finds gaps of a wrong number, or in a wrong place', () => {
    expect(outcome([1, 1, 4], ['origin', 5, 6, 3], [1, 7, 10])).to.have.length(1)
    expect(outcome(['origin', 5, 6, 2])).to.have.length(2)
  })

  it('holds what came after a gap until it is known whose it is', () => {
    report(receiver, [
      ['new', 1, 2, 2],
      [3, 3, 3]
    ])
    expect(ledger.unknown).to.have.length(1)
    ledger.setOrigin(other, 'new')
    expect(ledger.unknown).to.deep.equal([])
    expect(receiver.tracks.get(3)).to.deep.equal({ first: 1, next: 4, count: 1 })
  })

  it('asks for nothing that was made before a receiver got ready', () => {
    receiver.readyAt = 12_500
    expect(outcome([1, 4, 10])).to.deep.equal([])
  })

  it('finds that an instance did not get its own events', () => {
    maker.made = 11
    expect(outcome([1, 1, 10])).to.include('M got 10 of its own 11 events')
  })

  it('lets a killed maker take with it what nobody got', () => {
    maker.end = { how: 'killed', at: 20_000 }
    maker.made = 12
    expect(outcome([1, 1, 10])).to.deep.equal([])
  })

  it('asks for what another one got of a killed maker, unless the receiver was away', () => {
    maker.end = { how: 'killed', at: 20_000 }
    expect(outcome([1, 1, 8])).to.deep.equal(['R lacks events 9-10 of M (killed, made 10)'])
    receiver.windows.push({ from: 17_000, to: 19_000 })
    expect(outcome()).to.deep.equal([])
    expect(judge(ledger).excused).to.equal(2)
  })

  it('does not let an outage excuse what was made long after it', () => {
    maker.end = { how: 'killed', at: 20_000 }
    receiver.windows.push({ from: 11_000, to: 12_000 })
    expect(outcome([1, 1, 8])).to.have.length(1)
    const statuses: Report['statuses'] = [
      [12_500, 'reconnecting'],
      [18_500, 'ready']
    ]
    report(receiver, [], { statuses })
    expect(judge(ledger).open).to.deep.equal([])
  })

  it('takes the word of who left for what it could not send, but no more', () => {
    maker.end = { how: 'left', at: 20_000, unsent: 2 }
    maker.windows.push({ from: 17_000, to: 18_000 })
    expect(outcome([1, 1, 7])).to.deep.equal(['R lacks events 8-10 of M (left, 2 unsent, made 10)'])
    expect(outcome([1, 8, 8])).to.deep.equal([])
  })

  it('asks of who left while away that it says what it made since', () => {
    maker.end = { how: 'left', at: 20_000, unsent: 1 }
    report(maker, [], {
      statuses: [
        [1000, 'ready'],
        [17_500, 'reconnecting'],
        [19_900, 'closed']
      ]
    })
    expect(outcome([1, 1, 9])).to.deep.equal(['M said 1 unsent, but made 2 since it lost its connection'])
  })

  it('asks of who left that nothing was unsent, where nothing had been done to it', () => {
    maker.end = { how: 'left', at: 20_000, unsent: 3 }
    expect(outcome([1, 1, 7])).to.deep.equal(['M said 3 unsent, though nothing had been done to it'])
    maker.windows.push({ from: 17_000, to: 18_000 })
    expect(outcome()).to.deep.equal([])
  })
})
