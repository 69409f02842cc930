import { Example } from './example.js'

for (const folder of ['cache-invalidation', 'run-once-jobs']) {
  describe(`examples/${folder}`, () => {
    it('prints what its README shows', () => new Example(folder).expectOutput())
  })
}
