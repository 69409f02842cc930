import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import ts from 'typescript'
import { Consumer } from '../package/consumer.js'

const folder = fileURLToPath(new URL('consumers', import.meta.url))

/** How applications compile: strictly, with the types of their dependencies. */
const strict = {
  target: 'es2022',
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  experimentalDecorators: true,
  noImplicitOverride: true,
  exactOptionalPropertyTypes: true,
  esModuleInterop: true,
  types: ['node']
}

const everywhere = ['api.ts', 'emitter.ts', 'conformance.ts', 'bson.ts', 'services.ts', 'tracing.ts']

interface Kind {
  packageType: 'module' | 'commonjs'
  compilerOptions: object
  files: string[]
}

const esModule: Kind = {
  packageType: 'module',
  compilerOptions: { module: 'nodenext' },
  files: [...everywhere, 'inversify.ts', 'prometheus.ts']
}
const commonJs: Kind = {
  packageType: 'commonjs',
  compilerOptions: { module: 'nodenext' },
  files: [...everywhere, 'required.ts', 'inversify.ts', 'prometheus.ts']
}
const forBundler: Kind = {
  packageType: 'module',
  compilerOptions: { module: 'esnext', moduleResolution: 'bundler' },
  files: everywhere
}
/** As older projects have it. TypeScript 7 no longer knows these options. */
const oldCommonJs: Kind = {
  packageType: 'commonjs',
  compilerOptions: {
    ...{ module: 'commonjs', moduleResolution: 'node10' },
    ...{ esModuleInterop: false, exactOptionalPropertyTypes: false }
  },
  files: [...everywhere, 'required.ts', 'prometheus.ts']
}
/** Koa's and Express's own types don't compile together, and Feathers has both. */
const besideKoa: Kind = {
  packageType: 'commonjs',
  compilerOptions: { module: 'nodenext', skipLibCheck: true },
  files: ['frameworks.ts']
}

const compilers: {
  title: string
  name: string
  options: string[]
  kinds: Record<string, Kind>
}[] = [
  {
    title: 'TypeScript 5.9',
    name: 'typescript',
    options: [],
    kinds: {
      'an ES module': esModule,
      'CommonJS without esModuleInterop': oldCommonJs,
      'beside Koa': besideKoa
    }
  },
  {
    title: 'TypeScript 7',
    name: 'typescript-7',
    options: ['--singleThreaded'], // else it takes half as much CPU again, beside other specs
    kinds: {
      'an ES module': esModule,
      CommonJS: commonJs,
      'an ES module for a bundler': forBundler,
      'beside Koa': besideKoa
    }
  }
]

const packages = [
  '@feathersjs/koa',
  '@feathersjs/socketio',
  '@types/mocha',
  '@types/node',
  'bson',
  'inversify',
  'prom-client'
]

describe('the published types', function () {
  this.timeout(120_000)

  for (const { title, name, options, kinds } of compilers) {
    describe(title, () => {
      for (const [kind, { packageType, compilerOptions, files }] of Object.entries(kinds)) {
        it(`compile: ${kind}`, async () => {
          const texts = files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')])
          const consumer = await Consumer.create({
            files: {
              ...Object.fromEntries(await Promise.all(texts)),
              'package.json': JSON.stringify({ type: packageType }),
              'tsconfig.json': JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files })
            },
            packages: Object.fromEntries(packages.map((name) => [name, name]))
          })
          await consumer.run(`${name}/bin/tsc`, ['--pretty', 'false', ...options])
        })
      }
    })
  }

  it('are all used by a consumer', async () => {
    const used = new Set([...esModule.files, ...commonJs.files, ...besideKoa.files])
    expect(await readdir(folder)).to.have.members([...used])
  })

  it('have no `any` of ours', async () => {
    const consumer = await Consumer.create({ files: {} })
    const statements: ts.DeclarationStatement[] = []
    for (const name of ['index', 'core', 'emitter']) {
      const file = join(consumer.folder, `node_modules/feathers-sync/dist/${name}.d.cts`)
      const source = ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.Latest, true)
      statements.push(...(source.statements as readonly ts.Node[] as ts.DeclarationStatement[]))
    }
    const inversify = /^(Newable|AbstractNewable|Factory|BindToFluentSyntax)$/
    const found = statements.filter(({ name }) => !inversify.test(name?.getText() ?? '')).filter(mentionsAny)
    expect(found.map((statement) => statement.getText())).to.deep.equal([])
    expect(statements.filter(mentionsAny)).not.to.deep.equal([])
  })
})

function mentionsAny(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.AnyKeyword || ts.forEachChild(node, mentionsAny) === true
}
