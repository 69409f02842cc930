import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const bundles = new Map<string, string>()

/**
 * A program in TypeScript with all it imports, as one file of JavaScript: ten processes that start at once compile nothing.
 * Built once, and removed when the tests have ended.
 */
export function bundle(program: URL): string {
  const known = bundles.get(program.href)
  if (known) return known
  const folder = mkdtempSync(join(tmpdir(), 'feathers-sync-program-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  const file = join(folder, 'program.cjs')
  buildSync({
    entryPoints: [fileURLToPath(program)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error'
  })
  bundles.set(program.href, file)
  return file
}
