import { Example } from './example.js'

for (const folder of ['cache-invalidation', 'run-once-jobs', 'generated-app']) {
  describe(`examples/${folder}`, function () {
    this.timeout(60_000)

    it('prints what its README shows', () => new Example(folder).expectOutput())
  })
}
