import { expect } from 'chai'
import { Collected } from '../../lib/message/collected.js'
import { PayloadWriter, SHARED, WHOLE } from '../../lib/message/payload.js'
import { readTexts } from './pieces.js'

describe('Collected', () => {
  let sent: { payload: Buffer; count: number }[]
  let collected: Collected

  beforeEach(() => {
    sent = []
    collected = new Collected(new PayloadWriter(), (payload, count) => sent.push({ payload, count }))
  })

  const addItem = (list: object, text: string) => collected.addItem(list, 'shared', Buffer.from(text))
  /** The texts of the events. */
  const read = () =>
    sent.flatMap(({ payload, count }) => {
      const events = readTexts(payload, count).filter(([tag]) => tag !== SHARED)
      return events.map(([tag, text]) => (tag === WHOLE ? `whole ${text}` : text))
    })

  it('sends nothing if it is empty', () => {
    collected.flush()
    expect(collected.isEmpty).to.equal(true)
    expect(sent).to.deep.equal([])
  })

  it('sends each list and each message by itself if none goes on after another', () => {
    const [one, two] = [{}, {}]
    for (const text of ['a', 'b']) addItem(one, text)
    collected.addWhole(Buffer.from('c'))
    for (const text of ['d', 'e']) addItem(two, text)
    expect(collected.isEmpty).to.equal(false)
    collected.flush()
    expect(sent.map(({ payload, count }) => [payload[0], count])).to.deep.equal([
      [1, 2],
      [0, 1],
      [1, 2]
    ])
    expect(read()).to.deep.equal(['a', 'b', 'whole c', 'd', 'e'])
    expect(collected.isEmpty).to.equal(true)
  })

  it('sends all as one if a list goes on', () => {
    const [one, two] = [{}, {}]
    addItem(one, 'a')
    collected.addWhole(Buffer.from('b'))
    addItem(two, 'c')
    addItem(one, 'd')
    collected.flush()
    expect(sent.map(({ payload, count }) => [payload[0], count])).to.deep.equal([[2, 4]])
    expect(read()).to.deep.equal(['a', 'whole b', 'c', 'd'])
  })

  it('begins anew after that', () => {
    const list = {}
    addItem(list, 'a')
    collected.addWhole(Buffer.from('b'))
    addItem(list, 'c')
    collected.flush()
    addItem(list, 'd')
    collected.flush()
    expect(sent.map(({ payload, count }) => [payload[0], count])).to.deep.equal([
      [2, 3],
      [1, 1]
    ])
  })

  it('takes more lists than there are numbers for', () => {
    const lists = Array.from({ length: SHARED + 10 }, () => ({}))
    const texts = lists.map((_, index) => String(index))
    for (const [index, list] of lists.entries()) addItem(list, texts[index] as string)
    for (const [index, list] of lists.entries()) addItem(list, texts[index] as string)
    collected.flush()
    expect(read().join()).to.equal([...texts, ...texts].join())
  })
})
