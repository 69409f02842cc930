import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import webpack, { type Configuration } from 'webpack'
import { Consumer, project } from '../package/consumer.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'

const require = createRequire(import.meta.url)
const execute = promisify(execFile)

/** Prints what becomes of two applications for each URI. */
const APPLICATION = `
async function outcome(uri) {
  const app = feathers().configure(sync({ uri }))
  app.on('sync-error', () => {})
  const result = await app.sync.ready.then(() => 'ready', ({ name, kind }) => name + ' ' + kind)
  await app.teardown()
  return result
}
async function main() {
  for (const uri of process.argv.slice(2)) console.log(await outcome(uri), '-', await outcome(uri))
}
main()
`
const FILES = {
  'app.cjs': `const { feathers } = require('@feathersjs/feathers')
    const sync = require('feathers-sync')${APPLICATION}`,
  'app.mjs': `import { feathers } from '@feathersjs/feathers'
    import sync from 'feathers-sync'${APPLICATION}`
}

/** The packages of an ES module that are CommonJS require Node's own ones: esbuild's documentation has this line. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

describe('an application bundled without amqplib and nats', function () {
  this.timeout(240_000) // ncc takes half a minute
  let consumer: Consumer
  let broker: RedisBroker
  /** Has no packages, nor has a folder above it. */
  let output: string

  before(async () => {
    consumer = await Consumer.create({ files: FILES, drivers: { redis: 'redis' } })
    broker = await startRedis()
    output = await mkdtemp(join(tmpdir(), 'feathers-sync-bundle-'))
  })
  after(async () => {
    await broker.stop()
    await rm(output, { recursive: true })
  })

  const input = (format: 'cjs' | 'mjs') => join(consumer.folder, `app.${format}`)

  async function expectToRun(file: string): Promise<void> {
    const uris = [broker.uri, 'amqp://127.0.0.1:1', 'nats://127.0.0.1:1']
    const { stdout, stderr } = await execute(process.execPath, [join(output, file), ...uris], {
      cwd: output,
      timeout: 60_000
    })
    const missing = 'SyncError driver - SyncError driver'
    expect(stdout.trim().split('\n')).to.deep.equal(['ready - ready', missing, missing])
    expect(stderr).not.to.match(/MODULE_NOT_FOUND/)
  }

  for (const format of ['cjs', 'mjs'] as const) {
    it(`runs as esbuild builds it (${format})`, async () => {
      const { errors, warnings } = await build({
        entryPoints: [input(format)],
        outfile: join(output, `esbuild.${format}`),
        bundle: true,
        platform: 'node',
        format: format === 'cjs' ? 'cjs' : 'esm',
        banner: { js: format === 'cjs' ? '' : BANNER },
        logLevel: 'silent'
      })
      expect([...errors, ...warnings]).to.deep.equal([])
      await expectToRun(`esbuild.${format}`)
    })

    it(`runs as webpack builds it (${format})`, async () => {
      const module: Configuration = {
        experiments: { outputModule: true },
        output: { module: true, chunkFormat: 'module' }
      }
      const { output: more, ...others } = format === 'cjs' ? {} : module
      await runWebpack({
        ...others,
        mode: 'production',
        target: 'node',
        optimization: { minimize: format === 'cjs' }, // it takes half a minute
        context: consumer.folder,
        entry: input(format),
        output: { ...more, path: output, filename: `webpack.${format}` }
      })
      await expectToRun(`webpack.${format}`)
    })

    it(`runs as rollup builds it (${format})`, async () => {
      const { nodeResolve } = require('@rollup/plugin-node-resolve')
      const plugins = [nodeResolve({ exportConditions: ['node'], preferBuiltins: true })]
      for (const name of ['commonjs', 'json']) plugins.push(require(`@rollup/plugin-${name}`)())
      const bundle = await rollup({ input: input('mjs'), plugins, onwarn: () => {} }) // of a driver that is missing, too
      const file = join(output, `rollup.${format}`)
      await bundle.write({ file, format: format === 'cjs' ? 'cjs' : 'es', inlineDynamicImports: true })
      await bundle.close()
      await expectToRun(`rollup.${format}`)
    })
  }

  it('runs as esbuild builds it with the drivers in files of their own', async () => {
    await build({
      entryPoints: [input('mjs')],
      outdir: join(output, 'split'),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      banner: { js: BANNER },
      logLevel: 'silent'
    })
    await expectToRun('split/app.mjs')
  })

  it('runs as ncc builds it', async () => {
    const ncc = join(project, 'node_modules/@vercel/ncc/dist/ncc/cli.js')
    await execute(process.execPath, [ncc, 'build', input('cjs'), '--out', join(output, 'ncc')], {
      cwd: consumer.folder
    })
    await expectToRun('ncc/index.cjs')
  })
})

/** Rejects where it has errors; a driver that is missing is a warning. */
function runWebpack(configuration: Configuration): Promise<void> {
  return new Promise((resolve, reject) => {
    webpack(configuration, (error, stats) => {
      if (error) reject(error)
      else if (stats?.hasErrors()) reject(new Error(stats.toString('errors-only')))
      else resolve()
    })
  })
}
