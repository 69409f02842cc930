// Builds dist/. There is one implementation, a CommonJS bundle with inversify inside (Jest can't load ES modules by
// require()), and a thin ES module over it, so that import and require see the same classes. The types follow suit.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import typescript from 'typescript'

const { ModuleKind, ModuleResolutionKind, ScriptTarget } = typescript

const manifest = JSON.parse(await readFile('package.json', 'utf8'))
const external = ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((kind) =>
  Object.keys(manifest[kind])
)

/** Whose types go into ours. */
const INSIDE = ['inversify', '@inversifyjs/common', '@inversifyjs/container', '@inversifyjs/core']

/** How the other entries import the library: in dist/ that is the package itself. */
const LIB = /^(\.|\.\.\/\.\.\/lib)\/index\.js$/
const ITSELF = { path: manifest.name, external: true }

await rm('dist', { recursive: true, force: true })
await buildMain()
await buildBeside('conformance', 'spec/conformance/index.ts')
await buildBeside('msgpack', 'lib/msgpack.ts')

async function buildMain() {
  const { metafile } = await bundle('lib/index.ts', {
    outfile: 'dist/index.cjs',
    format: 'cjs',
    footer: { js: 'module.exports = module.exports.default' }
  })
  await write('THIRD-PARTY-LICENSES.txt', await licenses(metafile))

  const types = await bundleTypes('lib/index.ts')
  const [, declarations, values, interfaces] =
    /^(.*)declare const _default: .*\n\};\s*export \{ (.*) \};\s*export type \{ (.*) \};\s*$/s.exec(types)
  const names = values.replace('_default as default, ', '')
  await write(
    'index.d.cts',
    `${declarations}declare namespace sync {`,
    `  export { ${names}, ${interfaces}, sync as default }`,
    '}',
    'export = sync'
  )
  const face = ["import sync from './index.cjs'", 'export default sync']
  await write('index.js', ...face, `export const { ${names} } = sync`)
  await write('index.d.ts', ...face, `export { ${names}, ${interfaces} } from './index.cjs'`)
}

/** Two copies do no harm: the classes that they use and extend are those of the package. */
async function buildBeside(name, entry) {
  await bundle(entry, { outfile: `dist/${name}.js`, format: 'esm' })
  await bundle(entry, { outfile: `dist/${name}.cjs`, format: 'cjs' })
  const types = await bundleTypes(entry)
  for (const extension of ['d.ts', 'd.cts']) await write(`${name}.${extension}`, types)
}

function bundle(entry, options) {
  return esbuild.build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    external,
    plugins: [
      { name: 'itself', setup: ({ onResolve }) => onResolve({ filter: LIB }, () => ITSELF) },
      { name: 'typescript', setup: ({ onLoad }) => onLoad({ filter: /lib\/.*\.ts$/ }, transpile) }
    ],
    supported: { 'dynamic-import': false }, // Jest takes import() only with Node's VM modules
    metafile: true,
    ...options
  })
}

/** By TypeScript: of the private fields of decorated classes esbuild makes maps, which cost time. */
async function transpile({ path }) {
  const compilerOptions = {
    target: ScriptTarget.ES2022,
    module: ModuleKind.ESNext,
    experimentalDecorators: true
  }
  const { outputText } = typescript.transpileModule(await readFile(path, 'utf8'), { compilerOptions })
  // Without the inner name, which esbuild would change: it is what people read.
  return { contents: outputText.replace(/^let (\w+) = class \1 /gm, 'let $1 = class ') }
}

async function bundleTypes(entry) {
  const compilerOptions = { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler }
  const types = await rollup({
    input: entry,
    external: [...external, /^node:/],
    plugins: [
      { name: 'itself', resolveId: (name) => (LIB.test(name) ? { ...ITSELF, id: ITSELF.path } : null) },
      dts({ compilerOptions, includeExternal: INSIDE })
    ]
  })
  const { output } = await types.generate({ format: 'es' })
  return output[0].code
}

/** What the licences of the packages inside ask for. */
async function licenses({ inputs }) {
  const folders = Object.keys(inputs).map((input) => /^node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0])
  const texts = [...new Set(folders)].filter(Boolean).map(async (folder) => {
    const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name))
    return `${folder.replace('node_modules/', '')}\n\n${await readFile(join(folder, file), 'utf8')}`
  })
  return (await Promise.all(texts)).join('\n\n')
}

async function write(file, ...lines) {
  await writeFile(join('dist', file), `${lines.join('\n')}\n`)
}
