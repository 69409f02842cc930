import { rmSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Application } from '@feathersjs/feathers'
import ts from 'typescript'
import sync from '../../lib/index.js'

/** Below the project, so that its packages are found. */
const FOLDER = join(import.meta.dirname, '../../.cache', `snippets-${process.pid}`)

/** What the package's names stand for here. */
const SOURCES = {
  'feathers-sync': 'lib/index',
  'feathers-sync/emitter': 'lib/emitter',
  'feathers-sync/conformance': 'spec/conformance/index',
  'feathers-sync/msgpack': 'lib/msgpack',
  'feathers-sync/opentelemetry': 'lib/opentelemetry',
  'feathers-sync/prometheus': 'lib/prometheus'
}

/** A code block of a page. */
export interface Snippet {
  /** The heading that it stands under. */
  heading: string
  language: string
  code: string
}

/** All code blocks of a Markdown file, in their order. */
export async function snippetsOf(file: string): Promise<Snippet[]> {
  const text = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
  let heading = ''
  const parts = text.matchAll(/^#+ ([^\n]+)$|^```(\w+)\n(.*?)^```$/gms)
  return [...parts].flatMap(([, title, language, code]) => {
    if (title) heading = title.replaceAll('`', '')
    return language && code ? [{ heading, language, code }] : []
  })
}

const sources = new Map<string, ts.SourceFile | undefined>()

/** Reads each file once for all pages. */
function host(options: ts.CompilerOptions): ts.CompilerHost {
  const own = ts.createCompilerHost(options)
  return {
    ...own,
    getSourceFile: (file, ...how) => {
      if (!sources.has(file)) sources.set(file, own.getSourceFile(file, ...how))
      return sources.get(file)
    }
  }
}

/** What TypeScript has to say of each piece of code. All at once: most of the time goes into reading the library's types. */
export async function typeErrors(codes: string[]): Promise<string[]> {
  const files = await Promise.all(codes.map((code) => write(code, 'mts')))
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd())
  const program = ts.createProgram(files, { ...options, noUnusedLocals: false }, host(options))
  return files
    .map((file) => program.getSourceFile(file))
    .flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source)
    ])
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

/** Runs the code as an ES module of its own; resolves with its exports. */
export async function runModule<Exports>(code: string): Promise<Exports> {
  return await import(await saveModule(code))
}

/** Resolves with the URL of an ES module in JavaScript that has this code. */
export async function saveModule(code: string): Promise<string> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true
    }
  })
  return pathToFileURL(await write(outputText, 'mjs')).href
}

/** Runs the code as CommonJS does. */
export function runScript(code: string, app: Application): void {
  const load = createRequire(import.meta.url)
  const require = (name: string) => (name === 'feathers-sync' ? sync : load(name))
  new Function('require', 'app', code)(require, app)
}

// Not after a spec: another one may still use what it has saved.
process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }))

let count = 0

/** Relative imports have to end in .js for TypeScript, and to name the file that there is for a module in JavaScript. */
async function write(code: string, extension: 'mts' | 'mjs'): Promise<string> {
  const file = join(FOLDER, `snippet-${++count}.${extension}`)
  const text = Object.entries(SOURCES).reduce(
    (text, [name, source]) =>
      text.replaceAll(`from '${name}'`, `from '../../${source}.${extension === 'mts' ? 'js' : 'ts'}'`),
    code
  )
  await mkdir(FOLDER, { recursive: true })
  await writeFile(file, text)
  return file
}
