import { spawn } from 'node:child_process'

/** What a process said, how it ended, and how many ms passed from its last word to its end. */
export interface Ended {
  output: string
  errors: string
  code: number | null
  lingered: number
}

/** Runs TypeScript as a process of its own, from the root of the project. */
export async function runScript(script: string): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type', 'module', '-e', script])
  let [output, errors, last] = ['', '', performance.now()]
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
    last = performance.now()
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ output, errors, code, lingered: performance.now() - last }))
  })
}
