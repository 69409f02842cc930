import { expect } from 'chai'
import { SYNC } from '../../lib/index.js'

describe('SYNC', () => {
  it('is a symbol, so that it is not sent', () => {
    expect(typeof SYNC).to.equal('symbol')
    expect(JSON.stringify({ [SYNC]: false })).to.equal('{}')
  })
})
