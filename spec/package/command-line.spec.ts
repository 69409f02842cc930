import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { Consumer, project } from './consumer.js'

const execute = promisify(execFile)

/** Tells at the end what of Feathers was loaded. */
const HOOK = `process.on('exit', () => {
  const loaded = Object.keys(require.cache).filter((file) => file.includes('feathersjs'))
  require('fs').writeSync(2, 'loaded: ' + loaded.join())
})`

describe('the packed command line', () => {
  let consumer: Consumer
  let uri: string

  before(async function () {
    this.timeout(120_000)
    consumer = await Consumer.create({ files: { 'hook.cjs': HOOK } })
    uri = `ipc:///tmp/feathers-sync-${randomUUID().slice(0, 8)}.sock`
    // As npm links it for npx.
    const { bin } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))
    const file = join(consumer.folder, 'node_modules', 'feathers-sync', bin['feathers-sync'])
    await symlink(file, join(consumer.folder, 'feathers-sync'))
  })

  const run = (...args: string[]) =>
    execute(join(consumer.folder, 'feathers-sync'), args, {
      cwd: consumer.folder,
      env: { PATH: process.env.PATH, NODE_OPTIONS: `--require ${join(consumer.folder, 'hook.cjs')}` }
    })

  it('runs by its link, without Feathers', async () => {
    const { stdout, stderr } = await run('check', uri)
    expect(stdout).to.match(/✓ rights/)
    expect(stderr).to.equal('loaded: ')
  })

  it('emits, watches and measures', async () => {
    const watch = run('watch', uri, '--count', '1', '--for', '30', '--json')
    // Until one of them has been seen.
    const seen = watch.then(() => true)
    let isSeen = false
    seen.then(() => {
      isSeen = true
    })
    while (!isSeen) await run('emit', uri, 'messages', 'created', '{"id":7}')
    const { stdout } = await watch
    expect(stdout).to.match(/"path":"messages","event":"created","id":7/)
    const bench = await run('bench', uri, '--seconds', '1', '--json')
    const { key, saturated, steady } = JSON.parse(bench.stdout)
    expect(key).to.equal('feathers-sync-bench')
    expect(saturated).to.include({ lost: 0, bytes: saturated.events * 200 })
    expect(steady).to.include({ events: 200, lost: 0 })
    expect(steady.p50).to.be.above(0).and.at.most(steady.p99)
  })

  it('says which package the broker needs, where its driver is not installed', async () => {
    const bare = await Consumer.create({ files: {}, drivers: {} })
    const cli = join(bare.folder, 'node_modules', 'feathers-sync', 'dist', 'cli.cjs')
    for (const [scheme, name] of [
      ['redis', 'redis'],
      ['amqp', 'amqplib'],
      ['nats', 'nats']
    ]) {
      const failure = await execute(process.execPath, [cli, 'watch', `${scheme}://127.0.0.1`], {
        cwd: bare.folder
      }).catch((error) => error)
      expect(failure.code).to.equal(1)
      expect(failure.stderr).to.match(new RegExp(`^feathers-sync: .*npm install ${name}.*\n$`))
    }
  })
})
