import { execFile } from 'node:child_process'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { Chapter } from '../applications/chat-story.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { compile } from '../support/compile.js'

const PROGRAM = fileURLToPath(new URL('../applications/chat-program.ts', import.meta.url))
const SETTINGS = new URL('../applications/generated/default.json', import.meta.url)
/** The only difference between the two: what the import of `feathers-sync` stands for. */
const VERSIONS = { 3: { alias: { 'feathers-sync': 'feathers-sync-3' } }, 4: {} }

describe('the application that the Feathers CLI generates, with feathers-sync 3.1.1 replaced by this package', () => {
  let broker: RedisBroker
  const folders = { 3: '', 4: '' }

  before(async () => {
    for (const version of [3, 4] as const) {
      folders[version] = compile([PROGRAM], VERSIONS[version])
      await copyFile(SETTINGS, join(folders[version], 'default.json'))
    }
    broker = await startRedis()
  })
  after(() => broker.stop())

  async function run(version: keyof typeof folders, ...more: string[]): Promise<Chapter[]> {
    const args = [join(folders[version], 'chat-program.mjs'), broker.uri, ...more]
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', ...args])
    return JSON.parse(stdout, (name, value) => (name === 'createdAt' ? undefined : value))
  }

  it('shows every client what version 3 did, with the same lines', async function () {
    this.timeout(60_000)
    const [before, now] = await Promise.all([run(3, 'adapted'), run(4, 'adapted')])
    expect(before).to.have.length(14)
    for (const { received } of before) {
      for (const [own, other] of Object.values(received)) expect(other).to.deep.equal(own)
    }
    expect(now).to.deep.equal(before)
  })

  it('needs nothing against circular contexts, with which version 3 made the call fail', async function () {
    this.timeout(60_000)
    const [before, now] = await Promise.allSettled([run(3), run(4)])
    expect(before).to.have.property('status', 'rejected')
    expect((before as PromiseRejectedResult).reason.stderr).to.match(/POST users: 500 .*circular structure/)
    expect(now).to.have.property('status', 'fulfilled')
  })
})
