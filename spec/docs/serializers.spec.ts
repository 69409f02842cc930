import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { APP, Page } from './page.js'

const page = await Page.read('docs/serializers.md')

page.describe(() => {
  for (const heading of ['By functions', 'By a class', 'MessagePack']) {
    it(`keeps dates and buffers: ${heading}`, async () => {
      const [one, two] = await page.twice(page.snippet(heading), APP)
      const received: { at: Date; bytes: Buffer }[] = []
      two.service('messages').on('created', (data) => received.push(data))
      one.service('messages').emit('created', { at: new Date(0), bytes: Buffer.of(0, 255) })
      await eventually(() => received.length > 0)
      expect(received[0]?.at).to.deep.equal(new Date(0))
      expect(received[0]?.bytes).to.deep.equal(Buffer.of(0, 255))
    })
  }
})
