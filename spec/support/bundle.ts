import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, buildSync } from 'esbuild'

const DRIVERS = ['@nats-io/transport-node', 'amqplib', 'nats', 'redis']

const OPTIONS: BuildOptions = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' }

const { resolve } = createRequire(import.meta.url)

let folder: string | undefined
const bundles = new Map<string, string>()

/**
 * A program in TypeScript with all it imports, as JavaScript: ten processes that start at once compile nothing, and each reads
 * no driver but its own. Built once, and removed when the tests have ended.
 */
export function bundle(program: URL): string {
  folder ??= bundleDrivers()
  const known = bundles.get(program.href)
  if (known) return known
  const file = join(folder, `program-${bundles.size + 1}.cjs`)
  buildSync({
    ...OPTIONS,
    entryPoints: [fileURLToPath(program)],
    outfile: file,
    external: DRIVERS,
    supported: { 'dynamic-import': false } // a file for each driver, and `require` gives all of its names
  })
  bundles.set(program.href, file)
  return file
}

/** Where programs find them, each as one file. */
function bundleDrivers(): string {
  const folder = mkdtempSync(join(tmpdir(), 'feathers-sync-program-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  const entryPoints = DRIVERS.map((name) => [`node_modules/${name}/index`, resolve(name)])
  buildSync({ ...OPTIONS, entryPoints: Object.fromEntries(entryPoints), outdir: folder })
  return folder
}
