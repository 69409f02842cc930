import { join } from 'node:path'
import { expect } from 'chai'
import ts from 'typescript'
import { snippetsOf } from '../support/snippets.js'
import { Consumer, project } from './consumer.js'

/** What a Feathers application's own test does: two instances, in sync. */
const body = `
  const apps = [1, 2].map(() => {
    const app = feathers().configure(sync({ uri: 'ipc:', key: 'runner-' + process.pid }))
    app.use('messages', { create: async (data: object) => data } as never)
    return app
  })
  await Promise.all(apps.map((app) => app.sync.ready))
  const arrived = new Promise((resolve) => apps[1].service('messages').once('created', resolve))
  await apps[0].service('messages').create({ text: 'hello' } as never)
  if (((await arrived) as { text: string }).text !== 'hello') throw new Error('something else arrived')
  class MyAdapter extends SyncAdapter {
    readonly type = 'mine'
    async doConnect() {}
    async doPublish() {}
    async doClose() {}
  }
  const container = createContainer()
  container.bind(SyncAdapter).to(MyAdapter).whenNamed('mine')
  const custom = feathers().configure(sync({ uri: 'mine:', container }))
  await custom.sync.ready
  // No broker listens there, but the drivers have to load.
  const problems: string[] = []
  for (const uri of ['redis://127.0.0.1:1', 'amqp://127.0.0.1:1', 'nats://127.0.0.1:1']) {
    const app = feathers().configure(sync({ uri }))
    const error = await new Promise<SyncError>((resolve) => app.once('sync-error', resolve))
    if (error.kind !== 'connect') problems.push(String(error.cause ?? error))
    app.on('sync-error', () => {})
    apps.push(app)
  }
  await Promise.all([custom, ...apps].map((app) => app.teardown()))
  if (problems.length > 0) throw new Error(problems.join())
`

const typescript = `
  import { feathers } from '@feathersjs/feathers'
  import sync, { createContainer, SyncAdapter, type SyncError } from 'feathers-sync'
  it('is in sync', async () => {${body}}, 15000)
`

/** The same in JavaScript. */
const javascript = (module: ts.ModuleKind): string =>
  ts.transpileModule(typescript, {
    compilerOptions: { module, target: ts.ScriptTarget.ES2022, esModuleInterop: true }
  }).outputText

const compilerOptions = {
  module: 'commonjs',
  moduleResolution: 'node10',
  target: 'es2022',
  strict: true,
  esModuleInterop: true,
  skipLibCheck: true
}

const jest = { jest: 'jest', 'babel-jest': 'babel-jest', '@babel/core': '@babel/core' }
const types = { '@types/node': '@types/node' }

describe("an application's own tests", function () {
  this.timeout(120_000)

  it('run in Jest, with what it does by default', async () => {
    const consumer = await Consumer.create({
      files: { 'sync.test.js': javascript(ts.ModuleKind.CommonJS), 'jest.config.js': 'module.exports = {}' },
      packages: jest
    })
    expect(await consumer.run('jest/bin/jest.js')).to.contain('1 passed')
  })

  it('run in Jest with babel', async () => {
    const consumer = await Consumer.create({
      files: {
        'sync.test.js': javascript(ts.ModuleKind.ESNext),
        // all that @babel/preset-env has to do for Node 20, without its 95 packages
        'babel.config.js': "module.exports = { plugins: ['@babel/plugin-transform-modules-commonjs'] }"
      },
      packages: {
        ...jest,
        '@babel/plugin-transform-modules-commonjs': '@babel/plugin-transform-modules-commonjs'
      }
    })
    expect(await consumer.run('jest/bin/jest.js')).to.contain('1 passed')
  })

  it('run in Jest with ts-jest', async () => {
    const consumer = await Consumer.create({
      files: {
        'sync.test.ts': `import { it } from '@jest/globals'\n${typescript}`,
        'tsconfig.json': JSON.stringify({ compilerOptions }),
        'jest.config.js': "module.exports = { transform: { '\\\\.ts$': 'ts-jest' } }"
      },
      packages: {
        ...jest,
        ...types,
        '@jest/globals': '@jest/globals',
        'ts-jest': 'ts-jest',
        typescript: 'typescript'
      }
    })
    expect(await consumer.run('jest/bin/jest.js')).to.contain('1 passed')
  })

  it('run in mocha with ts-node', async () => {
    const consumer = await Consumer.create({
      files: {
        'sync.spec.ts': typescript.replace(', 15000)', ').timeout(15000)'),
        'tsconfig.json': JSON.stringify({ compilerOptions })
      },
      packages: { ...types, '@types/mocha': '@types/mocha', 'ts-node': 'ts-node', typescript: 'typescript' }
    })
    const args = ['--require', 'ts-node/register', 'sync.spec.ts']
    // ts-node looks for what a linked package requires beside the link.
    const output = await consumer.run('mocha/bin/mocha.js', args, {
      NODE_PATH: join(project, 'node_modules')
    })
    expect(output).to.contain('1 passing')
  })

  it('run the conformance suite in mocha, as the page on adapters says', async () => {
    const [adapter, , suite] = await snippetsOf('docs/adapters.md')
    const consumer = await Consumer.create({
      files: {
        'package.json': '{ "type": "module" }',
        'threads-adapter.js': adapter?.code ?? '',
        'suite.spec.js': suite?.code ?? ''
      },
      packages: { chai: 'chai' }
    })
    expect(await consumer.run('mocha/bin/mocha.js', ['suite.spec.js'])).to.match(/ [1-9]\d passing/)
  })
})
