import { spawn } from 'node:child_process'
import type { SyncOptions, SyncStats } from '../../lib/index.js'
import { bundle } from './bundle.js'

const PROGRAM = new URL('./short-life-program.ts', import.meta.url)

/** What a process does: it makes events and leaves, never awaiting `ready`. */
export interface Life {
  options: SyncOptions & { closeTimeout?: number }
  /** How many events it makes. */
  count?: number
  /** Without a `sync-error` listener: errors are lines on standard error. */
  listens?: boolean
  /** For how many ms it stays before it leaves. */
  waits?: number
  /** Not: all events are emitted in the turn that configured. */
  awaitsCreate?: boolean
}

/** What it reports when `app.teardown()` has resolved. */
export interface Outcome {
  /** How many ms that took. */
  took: number
  /** What `close()` resolved with. */
  unsent: number
  errors: string[]
  events: SyncStats['events']
}

export interface Ended extends Outcome {
  /** `null`: it did not end by itself. */
  code: number | null
  /** How many ms passed from its last word to its end. */
  lingered: number
  /** Its lines on standard error. */
  lines: string[]
}

/** Runs it, for 15 s at most. */
export async function shortLife(life: Life): Promise<Ended> {
  const child = spawn(process.execPath, [bundle(PROGRAM), JSON.stringify(life)], { timeout: 15_000 })
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
    child.on('close', (code) => {
      if (!output) return reject(new Error(`it ended (${code}) without a word: ${errors}`))
      const lines = errors.split('\n').filter((line) => line !== '')
      resolve({ ...(JSON.parse(output) as Outcome), code, lingered: performance.now() - last, lines })
    })
  })
}
