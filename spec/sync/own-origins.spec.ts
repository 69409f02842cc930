import { expect } from 'chai'
import { OwnOrigins } from '../../lib/sync/own-origins.js'

describe('OwnOrigins', () => {
  it('has the latest 100, however many sessions there were', () => {
    const origins = new OwnOrigins()
    for (let session = 1; session <= 1000; session += 1) origins.add(`${session}`)
    expect([...origins]).to.deep.equal(Array.from({ length: 100 }, (_, index) => `${901 + index}`))
    expect(origins.has('900')).to.equal(false)
  })

  it('has each once', () => {
    expect([...new OwnOrigins().add('one').add('two').add('one')]).to.deep.equal(['one', 'two'])
  })
})
