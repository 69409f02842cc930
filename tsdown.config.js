// Builds dist/. There is one implementation, a CommonJS bundle with inversify inside (Jest can't load ES modules by
// require()), and a thin ES module over it, so that import and require() give the same classes. So it is with the types.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { defineConfig } from 'tsdown'

const shared = {
  target: 'node20.19',
  fixedExtension: false, // .js for ES modules, .cjs for CommonJS
  dts: true,
  outputOptions: {
    comments: false, // they are in the declarations
    dynamicImportInCjs: false // Jest takes import() only with Node's VM modules
  },
  inputOptions: { experimental: { attachDebugInfo: 'none' } }, // no paths of modules
  checks: { legacyCjs: false, pluginTimings: false }
}

export default defineConfig([
  {
    ...shared,
    entry: { index: 'lib/index.ts', emitter: 'lib/emitter.ts', cli: 'lib/cli.ts' },
    format: 'cjs',
    cjsDefault: false,
    outputOptions: (options, _format, { cjsDts }) => ({
      ...options,
      ...shared.outputOptions,
      chunkFileNames: cjsDts ? '[name].d.cts' : '[name].cjs',
      codeSplitting: {
        groups: [{ name: 'core', minShareCount: 2, test: (id) => !id.includes('/lib/emitter/') }]
      }, // what an emitter needs too: Feathers isn't there
      footer: ({ name }) => (name === 'index' && !cjsDts ? 'module.exports = exports.default' : '') // the function, which has all names as properties
    }),
    deps: { onlyBundle: ['inversify', /^@inversifyjs\//, 'fastest-levenshtein', 'commander', 'picocolors'] },
    hooks: { 'build:done': complete }
  },
  beside({ conformance: 'spec/conformance/index.ts' }),
  beside({ msgpack: 'lib/msgpack.ts' }),
  beside({ opentelemetry: 'lib/opentelemetry.ts' }),
  beside({ prometheus: 'lib/prometheus.ts' })
])

/** An entry point beside the library. Two copies do no harm: the classes that they use and extend are the library's. */
function beside(entry) {
  const deps = { neverBundle: ['feathers-sync'], onlyBundle: [] }
  return { ...shared, entry, format: ['esm', 'cjs'], deps }
}

async function complete({ chunks }) {
  const named = (name) => chunks.find(({ fileName }) => fileName === name)
  const code = chunks.filter(({ fileName }) => fileName.endsWith('.cjs'))
  await write('THIRD-PARTY-LICENSES.txt', await licenses(code.flatMap(({ moduleIds }) => moduleIds)))
  await rm('dist/cli.d.cts') // nobody imports a command
  for (const { fileName } of code) {
    if (fileName !== 'cli.cjs' && /[^\0-\x7f]/.test(await readFile(`dist/${fileName}`, 'utf8')))
      throw new Error(`${fileName} is not all ASCII: V8 would keep the source in twice the memory`)
  }
  await writeFile('dist/core.cjs', withOptionalDrivers(await readFile('dist/core.cjs', 'utf8')))

  // Of a CommonJS file that is imported, Node looks for the exports, character by character: with the bundle that takes more than all the
  // rest of the import, and 3 MB. Of this one, which is no re-export in its eyes, it finds none.
  await write('imported.cjs', "const sync = require('./index.cjs')", 'module.exports = sync')
  await face('index', './imported.cjs', named, ['export default all'])
  await face('emitter', './emitter.cjs', named)

  // In types, a function with properties is a function and a namespace of the same name.
  const declarations = await readFile('dist/index.d.cts', 'utf8')
  const end = declarations.lastIndexOf('export {')
  await write(
    'index.d.cts',
    `${declarations.slice(0, end)}declare namespace sync {`,
    declarations.slice(end),
    '}',
    'export = sync'
  )
}

/** The ES module over a CommonJS one, and its types. */
async function face(name, file, named, lines = []) {
  const names = (chunk) => chunk.exports.filter((one) => one !== 'default').join(', ')
  const [code, types] = [named(`${name}.cjs`), named(`${name}.d.cts`)]
  const first = (from) => `import all from '${from}'`
  await write(`${name}.js`, first(file), ...lines, `export const { ${names(code)} } = all`)
  const typeLines = lines.length > 0 ? [first(`./${name}.cjs`), ...lines] : []
  await write(`${name}.d.ts`, ...typeLines, `export { ${names(types)} } from './${name}.cjs'`)
}

/**
 * A driver may be missing, also when an application is bundled. esbuild and webpack accept a missing package inside of `try`. Rollup
 * leaves a require() there as it is, which an ES module doesn't have, and includes the package because of the import().
 */
function withOptionalDrivers(code) {
  const load = /\bPromise\.resolve\(\)\.then\(\(\) => ((?:\w+\.)?__toESM\(require\("(.+?)"\), 1\))\)/g
  const changed = code.replace(
    load,
    (_, required, name) =>
      `(async () => { try { return ${required}; } catch (error) { ` +
      `try { return await import("${name}"); } catch { throw error; } } })()`
  )
  if (/\.then\(\(\) => .*require\(/.test(changed)) throw new Error('the drivers are loaded in another way')
  return changed
}

/** The licenses of the packages inside, which ask for it. */
async function licenses(modules) {
  const folders = modules.map((id) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id)?.[0])
  const texts = [...new Set(folders)].filter(Boolean).map(async (folder) => {
    const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name))
    return `${folder.split('/node_modules/').at(-1)}\n\n${await readFile(`${folder}/${file}`, 'utf8')}`
  })
  return (await Promise.all(texts)).join('\n\n')
}

async function write(file, ...lines) {
  await writeFile(`dist/${file}`, `${lines.join('\n')}\n`)
}
