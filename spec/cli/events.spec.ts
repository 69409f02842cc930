import { expect } from 'chai'
import { plainEvent } from '../../lib/cli/watch/events.js'
import { JsonSerializer } from '../../lib/message/serializer.js'

/** The id of an event with this data. */
function idOf(data: unknown) {
  const serializer = new JsonSerializer()
  serializer.deserialize = () => ({ path: 'events', event: 'made', data })
  const found = plainEvent(serializer, Buffer.from('{}'))
  return 'reason' in found ? found.reason : found.id
}

describe('plainEvent', () => {
  it('finds the id of a record, and none elsewhere', () => {
    expect([{ id: 1 }, { _id: 'a' }, { id: 0, _id: 2 }, { id: null, _id: 3 }].map(idOf)).to.deep.equal([
      1,
      'a',
      0,
      3
    ])
    for (const data of [null, undefined, 1, 'text', true, [1], {}]) expect(idOf(data)).to.equal(undefined)
  })

  it('reads nothing else of the data, which may be large', () => {
    const ownKeys = () => {
      throw new Error('all of it was read')
    }
    expect(idOf(new Proxy({ id: 7 }, { ownKeys }))).to.equal(7)
  })
})
