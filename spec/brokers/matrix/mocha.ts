import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export interface MochaResult {
  passed: number
  /** At least 1 where it did not end well. */
  failed: number
  skipped: number
  seconds: number
  report: string
}

const children = new Set<ChildProcess>()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of children) child.kill(signal)
    process.exit(1)
  })
}

/** Runs a file of tests in a process of its own. The report is printed where a test failed. */
export async function mocha(file: string, env: NodeJS.ProcessEnv = {}): Promise<MochaResult> {
  const start = performance.now()
  const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env }
  })
  children.add(child)
  const [report, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close')
  ])
  children.delete(child)
  const seconds = Math.round((performance.now() - start) / 1000)
  const summary = report.match(/^Mocha: .*$/m)?.[0] ?? ''
  const count = (what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(summary)?.[1] ?? 0)
  const failed = Math.max(count('failed'), code === 0 ? 0 : 1)
  if (failed) console.log(`\n${file} ${JSON.stringify(env)}\n${report}${errors}`)
  return { passed: count('passed'), failed, skipped: count('skipped'), seconds, report }
}
