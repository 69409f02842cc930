import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** This project's folder. */
export const project = fileURLToPath(new URL('../..', import.meta.url))
const execute = promisify(execFile)

let temporary: string | undefined

/** Removed when the process ends. */
function temporaryFolder(): string {
  if (!temporary) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'feathers-sync-package-')))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    temporary = folder
  }
  return temporary
}

let unpacked: Promise<string> | undefined

/** The folder of what `npm publish` would publish, built and packed once per test run. */
function tarball(): Promise<string> {
  unpacked ??= (async () => {
    const folder = temporaryFolder()
    await execute('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: project })
    const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))
    await execute('tar', ['-xzf', `feathers-sync-${version}.tgz`], { cwd: folder })
    return join(folder, 'package')
  })()
  return unpacked
}

/** Packages by the name they get, and the name they have in this project's node_modules. */
type Packages = Record<string, string>

export interface ConsumerOptions {
  files: Record<string, string>
  /** Installed for the application, in addition to Feathers. */
  packages?: Packages
  /** Installed for feathers-sync alone, where the application has other ones. Default: the three drivers. */
  drivers?: Packages
  /** Another package in the place of ours. */
  sync?: string
}

const own = (...names: string[]): Packages => Object.fromEntries(names.map((name) => [name, name]))

/** What npm installs with feathers-sync: not inversify, which is inside. */
const dependencies = own('@feathersjs/feathers', 'debug', 'reflect-metadata')
const allDrivers = own('amqplib', 'nats', 'redis')

/** An application in a folder of its own that has installed the packed tarball. */
export class Consumer {
  private constructor(readonly folder: string) {}

  static async create({ files, packages, drivers = allDrivers, sync }: ConsumerOptions): Promise<Consumer> {
    const folder = await mkdtemp(join(temporaryFolder(), 'app-'))
    const modules = join(folder, 'node_modules')
    await install({ ...dependencies, ...packages, ...(sync && { 'feathers-sync': sync }) }, modules)
    if (!sync) {
      await cp(await tarball(), join(modules, 'feathers-sync'), { recursive: true })
      await install(drivers, join(modules, 'feathers-sync', 'node_modules'))
    }
    const consumer = new Consumer(folder)
    for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
      await consumer.write(name, text)
    }
    return consumer
  }

  async write(name: string, text: string): Promise<void> {
    const file = join(this.folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }

  /**
   * Runs a command of the packages, or `node` itself, to its end.
   *
   * @returns what it wrote
   * @throws Error with all it wrote where it doesn't end by itself with code 0
   */
  async run(command: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const [file, first] =
      command === 'node'
        ? [process.execPath, []]
        : [process.execPath, [join(project, 'node_modules', command)]]
    const options = { cwd: this.folder, timeout: 60_000, env: { ...cleanEnvironment(), ...env } }
    try {
      const { stdout, stderr } = await execute(file, [...first, ...args], options)
      return stdout + stderr
    } catch (error) {
      const { stdout, stderr, killed } = error as { stdout: string; stderr: string; killed: boolean }
      throw new Error(
        `${command} ${args.join(' ')} ${killed ? 'did not end' : 'failed'}:\n${stdout}\n${stderr}`
      )
    }
  }
}

/** Without what mocha and its loaders set for this process. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, TS_NODE_PROJECT: __, ...environment } = process.env
  return environment
}

async function install(packages: Packages, modules: string): Promise<void> {
  for (const [name, source] of Object.entries(packages)) {
    const target = join(modules, name)
    await mkdir(dirname(target), { recursive: true })
    await symlink(realpathSync(join(project, 'node_modules', source)), target, 'junction')
  }
}
