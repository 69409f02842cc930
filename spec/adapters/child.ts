import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs a module's text in a process of its own, and resolves with what it says when it has ended. */
export async function run(script: string): Promise<{ stdout: string; stderr: string }> {
  const args = ['--import', 'tsx', '--input-type', 'module', '-e', script]
  return await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
}
