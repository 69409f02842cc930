import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const building = new Map<string, Promise<string>>()

/**
 * A program of this folder as plain JavaScript: what runs TypeScript would take memory, and time at the start, in each process.
 *
 * @param path `worker.ts`
 */
export function built(path: string): Promise<string> {
  const started = building.get(path) ?? start(path)
  building.set(path, started)
  return started
}

async function start(path: string): Promise<string> {
  // Two folders deep, as the modules of the sides are, which look for `dist/` from there.
  const outfile = fileURLToPath(
    new URL(`../.cache/bench/${path.replace(/.*\//, '').replace('.ts', '.js')}`, import.meta.url)
  )
  await build({
    entryPoints: [fileURLToPath(new URL(path, import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm'
  })
  return outfile
}
