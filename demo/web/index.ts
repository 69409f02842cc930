/** Three instances of one application, and a page that shows them side by side. */
import { setImmediate } from 'node:timers/promises'
import { line, paint } from '../screen.js'
import { type Options, readOptions, USAGE } from './options.js'
import { ControlServer } from './server.js'
import { Stage } from './stage.js'

let exiting = false
let stage: Stage | undefined
let server: ControlServer | undefined

/** Ends the demo, and every process that it has started. */
async function exit(code: number, text?: string): Promise<void> {
  if (exiting) return
  exiting = true
  if (text) line(paint(code === 0 || code === 130 ? 'reset' : 'red', text))
  server?.close()
  await stage?.close()
  process.exit(code)
}

async function run(options: Options): Promise<void> {
  stage = await Stage.set(options)
  server = new ControlServer(stage)
  const address = await server.listen(options.port)
  line(`\nStarting three instances of one application over ${paint('bold', stage.state.uri)} …`)
  await stage.start()
  for (const { name, pid, port } of stage.state.instances)
    line(`  Instance ${paint('bold', name)}   process ${pid}   port ${port}`)
  line(`\nOpen ${paint('bold', address)} in a browser. Ctrl-C ends the demo.\n`)
}

function explain(error: NodeJS.ErrnoException & { port?: number }, { port }: Options): string {
  if (!/EADDRINUSE/.test(error.message)) return `The demo failed: ${error.message}`
  return `The demo failed: a port is taken (${error.message}). It needs ${port} to ${port + 3}: give another --port, or none for free ones.`
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => exit(130, 'Stopped.'))

let options: Options | undefined
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  await exit(2, `${(error as Error).message}\n\n${USAGE}`)
}
if (options?.help) {
  line(USAGE)
} else if (options) {
  try {
    await run(options)
  } catch (error) {
    // Ctrl-C may be the cause, and its handler comes first: after the next poll for signals, which two turns have between them
    for (let turn = 0; turn < 2; turn++) await setImmediate()
    await exit(1, explain(error as Error, options))
  }
}
