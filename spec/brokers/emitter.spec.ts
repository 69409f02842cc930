import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { build } from 'esbuild'
import { createEmitter } from '../../lib/emitter.js'
import { Consumer } from '../package/consumer.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { Members, range } from '../support/members.js'
import { PLACES } from '../support/places.js'

const execute = promisify(execFile)
const LIVES = 500

describe('the emitter', function () {
  this.timeout(240_000)
  const members = new Members()

  afterEach(() => members.closeAll())

  for (const [name, open] of Object.entries(PLACES)) {
    it(`leaves nothing behind at others after ${LIVES} lives in a row over ${name}`, async () => {
      const place = await open()
      const all = await members.start(2, { uri: place.uri })
      for (const number of range(1, LIVES)) {
        const emitter = createEmitter({ uri: place.uri, key: members.key })
        emitter.service('events').emit('made', { by: 'cron', number })
        expect(await emitter.close()).to.equal(0)
      }
      await eventually(() => all.every((member) => member.got('cron').length === LIVES))
      for (const member of all) {
        expect(member.got('cron')).to.deep.equal(range(1, LIVES))
        expect(member.gaps).to.deep.equal([])
        expect(member.texts()).to.equal('')
        await eventually(() => expect(member.app.sync.stats().peers).to.have.length(1))
      }
      await members.closeAll()
      await place.stop()
    })
  }

  for (const format of ['cjs', 'mjs'] as const) {
    it(`works in a bundle of esbuild, which has no Feathers in it (${format})`, async () => {
      const load =
        format === 'cjs'
          ? "const { createEmitter } = require('feathers-sync/emitter')"
          : "import { createEmitter } from 'feathers-sync/emitter'"
      const consumer = await Consumer.create({
        files: {
          [`worker.${format}`]: `${load}
            const [uri, key] = process.argv.slice(2)
            const emitter = createEmitter({ uri, key })
            emitter.service('events').emit('made', { by: 'bundle', number: 1 })
            emitter.close().then((unsent) => console.log('unsent', unsent))`
        },
        drivers: { redis: 'redis' }
      })
      const output = await mkdtemp(join(tmpdir(), 'feathers-sync-bundle-'))
      const file = join(output, `worker.${format}`)
      const banner =
        "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
      await build({
        entryPoints: [join(consumer.folder, `worker.${format}`)],
        outfile: file,
        bundle: true,
        platform: 'node',
        format: format === 'cjs' ? 'cjs' : 'esm',
        banner: { js: format === 'cjs' ? '' : banner },
        logLevel: 'silent'
      })
      expect(await readFile(file, 'utf8')).not.to.include('FeathersHookManager')
      const redis = await startRedis()
      const one = members.configure({ uri: redis.uri })
      await one.app.sync.ready
      const { stdout, stderr } = await execute(process.execPath, [file, redis.uri, members.key], {
        cwd: output,
        timeout: 60_000
      })
      expect(stdout + stderr).to.equal('unsent 0\n')
      await eventually(() => expect(one.got('bundle')).to.deep.equal([1]))
      await members.closeAll()
      await redis.stop()
      await rm(output, { recursive: true })
    })
  }
})
