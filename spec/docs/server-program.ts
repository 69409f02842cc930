import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { saveModule } from '../support/snippets.js'

const APPLICATIONS = {
  koa: `
    import { feathers } from '@feathersjs/feathers'
    import { bodyParser, koa, rest } from '@feathersjs/koa'
    const app = koa(feathers())
    app.use(bodyParser())
    app.configure(rest())
  `,
  express: `
    import { feathers } from '@feathersjs/feathers'
    import express, { rest } from '@feathersjs/express'
    const app = express.default(feathers())
    app.configure(rest())
  `
}
const MEMORY = `import { MemoryService } from '@feathersjs/memory'`
const SOCKETS = `
  import configureSockets from '@feathersjs/socketio'
  app.configure(configureSockets())
`
/** To be run when the sockets are configured. */
export const SERVICES = `
  app.use('messages', new MemoryService())
  app.on('connection', (connection) => app.channel('all').join(connection))
  app.publish(() => app.channel('all'))
`

export interface ProgramOptions {
  framework?: keyof typeof APPLICATIONS
  /** The code configures sockets and services itself. */
  hasSockets?: boolean
  env?: Record<string, string>
  /** Its standard error is to be read. */
  silent?: boolean
}

/** An application that a page's code completes, as a process of its own. */
export class ServerProgram {
  private constructor(readonly process: ChildProcess) {}

  static async start(code: string, options: ProgramOptions = {}): Promise<ServerProgram> {
    const { framework = 'koa', hasSockets, env, silent } = options
    const text = [APPLICATIONS[framework], MEMORY, hasSockets ? '' : SOCKETS + SERVICES, code].join('\n')
    const file = fileURLToPath(await saveModule(text))
    // In one file, so that processes that start at once compile nothing.
    const outfile = file.replace('.mjs', '-bundle.mjs')
    buildSync({
      entryPoints: [file],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm'
    })
    return new ServerProgram(fork(outfile, { execArgv: [], silent, env: { ...process.env, ...env } }))
  }

  /** Sends it a signal. Resolves with its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const { exitCode, signalCode } = this.process
    if (exitCode !== null || signalCode !== null) return exitCode
    const exited = once(this.process, 'exit')
    this.process.kill(signal)
    return (await exited)[0]
  }
}
