import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { freePort } from '../support/brokers/ports.js'
import { type Snippet, snippetsOf } from '../support/snippets.js'
import { Consumer } from './consumer.js'

const FILE = 'docs/testing.md'
const snippets = (await snippetsOf(FILE)).filter(({ language }) => language === 'js')
const [app, instances, test, jest, nodeTest, absence, client, redis, outage] = snippets.map(
  ({ code }) => code
)
const [unset] = (await snippetsOf(FILE)).filter(({ language }) => language === 'json') as [Snippet]

const files = (type: string) => ({
  'package.json': JSON.stringify({ type }),
  'src/app.js': app ?? '',
  'test/instances.js': instances ?? '',
  'config/default.json': '{ "sync": { "uri": "redis://127.0.0.1:1", "key": "my-application" } }',
  'config/test.json': unset.code
})
const own = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]))
const FEATHERS = ['configuration', 'koa', 'memory', 'socketio'].map((name) => `@feathersjs/${name}`)
const packages = own(...FEATHERS, 'socket.io-client')

describe(FILE, function () {
  this.timeout(120_000)
  let modules: Consumer

  before(async () => {
    modules = await Consumer.create({ files: files('module'), packages })
  })

  /** Runs code between two instances in sync, as a program that has to end by itself. */
  async function run(code: string, imports: string[], env = {}): Promise<string> {
    const given = ["import assert from 'node:assert/strict'", "import { once } from 'node:events'"]
    await modules.write('program.js', [...given, ...imports, code, "console.log('done')"].join('\n'))
    return await modules.run('node', ['program.js'], env)
  }

  const between = (code = '') => `
    const [one, two] = await startInstances()
    ${code}
    await stopInstances([one, two])
  `
  const IN_SYNC = "import { startInstances, stopInstances } from './test/instances.js'"

  it('has no code that is not tested here', () => expect(snippets).to.have.length(9))

  it('shows a test that mocha runs', async () => {
    await modules.write('test/messages.test.js', test ?? '')
    expect(await modules.run('mocha/bin/mocha.js', ['test/'])).to.include('1 passing')
  })

  it('shows a test that node:test runs', async () => {
    const file = 'test/messages.test.js'
    await modules.write(file, `${nodeTest}${test}`)
    const [, pattern = ''] = /`node --test (.*?)`/.exec(await readFile(FILE, 'utf8')) ?? []
    // of files: Node.js 22 and later take no folder
    expect(pattern.replace('*', 'messages')).to.equal(file)
    expect(await modules.run('node', ['--test', file])).to.match(/^. pass 1$/m)
  })

  it('shows a test that Jest runs', async () => {
    const consumer = await Consumer.create({
      files: {
        ...files('commonjs'),
        'test/messages.test.js': `${jest}${test}`,
        // What version 4 of `config` does, as the page has it: Jest doesn't load version 5 on each Node.js.
        'config-4.js': "module.exports = { util: { getEnv: () => 'test' }, sync: null }",
        'jest.config.js': "module.exports = { moduleNameMapper: { '^config$': '<rootDir>/config-4.js' } }",
        'babel.config.js': "module.exports = { plugins: ['@babel/plugin-transform-modules-commonjs'] }"
      },
      packages: {
        ...packages,
        ...own(
          'jest',
          '@jest/globals',
          'babel-jest',
          '@babel/core',
          '@babel/plugin-transform-modules-commonjs'
        )
      }
    })
    expect(await consumer.run('jest/bin/jest.js')).to.include('1 passed')
  })

  it('leaves sync out where the configuration does', async () => {
    const code = `
      const app = createApp()
      assert.equal(app.sync, undefined)
      await app.sync?.ready
      const heard = once(app.service('messages'), 'created')
      let isLocal
      app.service('messages').on('created', local((_message, context) => (isLocal = isRemote(context))))
      await app.service('messages').create({ text: 'hi' })
      await heard
      assert.equal(isLocal, false)
    `
    const imports = [
      "import { createApp } from './src/app.js'",
      "import { isRemote, local } from 'feathers-sync'"
    ]
    expect(await run(code, imports, { NODE_ENV: 'test' })).to.equal('done\n')
  })

  it('proves that an event does not arrive', async () => {
    const filtered = between(absence).replace(
      'startInstances()',
      "startInstances({ filter: ({ data }) => data.text !== 'secret' })"
    )
    await modules.write(
      'test/filtered.js',
      (instances ?? '')
        .replace('count = 2', 'more')
        .replace('randomUUID() }', 'randomUUID(), ...more }')
        .replace('count }', '2 }')
    )
    expect(await run(filtered, [IN_SYNC.replace('instances.js', 'filtered.js')])).to.equal('done\n')
  })

  it('tests with a real client', async () => {
    expect(await run(between(client), [IN_SYNC, "import { io } from 'socket.io-client'"])).to.equal('done\n')
  })

  it('simulates an outage', async () => {
    await modules.write('test/redis.js', redis ?? '')
    const imports = ["import { createApp } from './src/app.js'", "import { Redis } from './test/redis.js'"]
    const code = (outage ?? '').replace('6390', `${await freePort()}`)
    expect(await run(code, imports)).to.equal('done\n')
  })
})
