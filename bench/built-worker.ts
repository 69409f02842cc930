import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Two folders deep, as the modules of the sides are, which look for `dist/` from there. */
const BUILT = fileURLToPath(new URL('../.cache/bench/worker.js', import.meta.url))

let building: Promise<string> | undefined

/** The worker as plain JavaScript: what runs TypeScript would take memory, and time at the start, in each process. */
export function builtWorker(): Promise<string> {
  building ??= build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    outfile: BUILT,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm'
  }).then(() => BUILT)
  return building
}
