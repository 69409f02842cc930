import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildSync } from 'esbuild'
import ts from 'typescript'
import type { Snippet } from '../support/snippets.js'

const ROOT = join(import.meta.dirname, '../..')
const GENERATED = join(ROOT, 'spec/applications/cli')

/** What the CLI writes into every application: those of the other specs have it. */
const COMMON = ['channels.ts', 'validators.ts', 'hooks/log-error.ts']

/** As the CLI generates it, with ours for the package. */
const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  strict: true,
  esModuleInterop: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
  experimentalDecorators: true,
  paths: { 'feathers-sync': [join(ROOT, 'lib/index.ts')] }
}

type EightTexts = [string, string, string, string, string, string, string, string]

/** The generated application in a folder of its own, after what a page says was done to it; for the current `describe`. */
export class StartedApplication {
  readonly #folder: string
  readonly #processes: ChildProcess[] = []

  /** @param snippets of the page, in its order */
  constructor(snippets: Snippet[]) {
    mkdirSync(join(ROOT, '.cache'), { recursive: true })
    this.#folder = mkdtempSync(join(ROOT, '.cache/started-'))
    cpSync(GENERATED, this.#folder, { recursive: true })
    for (const file of COMMON)
      cpSync(join(ROOT, 'spec/applications/generated', file), join(this.#folder, 'src', file))
    after(async () => {
      await this.stop()
      rmSync(this.#folder, { recursive: true })
    })
    const code = snippets.filter(({ language }) => !['sh', 'text'].includes(language)).map(({ code }) => code)
    if (code.length !== 8) throw new Error(`There are ${code.length} pieces of code, and 8 are known here`)
    this.#follow(code as EightTexts)
  }

  #follow([channel, line, configure, defaults, variables, schema, index, page]: EightTexts): void {
    const socketio = "import socketio from '@feathersjs/socketio'\n"
    this.#replace('src/channels.ts', "return app.channel('authenticated')\n", channel)
    this.#replace('src/app.ts', socketio, socketio + line)
    this.#replace('src/app.ts', 'app.configure(services)', `${configure}app.configure(services)`)
    this.#replace('config/default.json', '{\n  "host"', `{\n${defaults}  "host"`)
    this.#replace('config/custom-environment-variables.json', '{\n  "port"', `{\n${variables}  "port"`)
    this.#replace('src/configuration.ts', 'public: Type.String()\n', `public: Type.String(),\n${schema}`)
    this.#write('src/index.ts', index)
    this.#write('public/chat.html', page)
  }

  #write(file: string, code: string): void {
    mkdirSync(dirname(join(this.#folder, file)), { recursive: true })
    writeFileSync(join(this.#folder, file), code)
  }

  /** Puts code in the place of the only `text` of a file. */
  #replace(file: string, text: string, code: string): void {
    const parts = readFileSync(join(this.#folder, file), 'utf8').split(text)
    if (parts.length !== 2) throw new Error(`${file} has '${text}' ${parts.length - 1} times`)
    writeFileSync(join(this.#folder, file), parts.join(code))
  }

  /** What TypeScript has to say of it. */
  typeErrors(): string[] {
    const program = ts.createProgram([join(this.#folder, 'src/index.ts')], COMPILER_OPTIONS)
    return program
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(this.#folder))
      .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
      .map(
        ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
      )
  }

  compile(): void {
    buildSync({
      entryPoints: [join(this.#folder, 'src/index.ts')],
      outfile: join(this.#folder, 'lib/index.cjs'),
      bundle: true,
      packages: 'external',
      alias: { 'feathers-sync': join(ROOT, 'lib/index.ts') },
      platform: 'node',
      logLevel: 'error'
    })
  }

  /** Resolves with the line that says where it listens. */
  async start(env: Record<string, string>): Promise<string> {
    const { NODE_OPTIONS: _, ...own } = process.env
    const options = { cwd: this.#folder, execArgv: [], silent: true, env: { ...own, ...env } }
    const child = fork(join(this.#folder, 'lib/index.cjs'), options)
    this.#processes.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data) => {
        output += data
      })
    }
    for (;;) {
      const line = /^.*listening.*$/m.exec(output)?.[0]
      if (line) return line
      await Promise.race([
        once(child.stdout as NodeJS.ReadableStream, 'data'),
        once(child, 'exit').then(() => Promise.reject(new Error(`It ended: ${output}`)))
      ])
    }
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#processes.splice(0).map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const exited = once(child, 'exit')
        child.kill('SIGKILL')
        await exited
      })
    )
  }
}
