import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { core } from '../../lib/index.js'
import { instrument } from '../../lib/opentelemetry.js'

describe('instrument', () => {
  it('refuses an application without sync, and one with `core`', () => {
    const text = /`instrument` needs `app\.sync`.*app\.configure\(sync\(…\)\) before.*`core` has no traces/
    expect(() => feathers().configure(instrument)).to.throw(TypeError, text)
    const app = feathers().configure(core)
    app.sync = { type: 'own', ready: Promise.resolve() }
    expect(() => instrument(app)).to.throw(TypeError, text)
    for (const nothing of [undefined, null, 5])
      expect(() => instrument(nothing as never)).to.throw(TypeError, text)
  })
})
