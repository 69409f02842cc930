import { randomBytes } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a broker's program is. */
export interface Source {
  /** The program's name. */
  program: string
  /** The root folder of another system that has the program, for `chroot`. */
  root?: string | undefined
  /** A Docker image that has the program. */
  image?: string
}

/** How a broker is run, be it installed here or in a container. */
export interface Recipe extends Source {
  /** What stands in for a program that isn't installed; scripts/ensure-brokers.sh pulls it. */
  image: string
  args(place: Place): string[]
  env?(place: Place): Record<string, string>
  /** Files to write into the folder before each start, by name. */
  files?(place: Place): Record<string, string>
  /** What the broker says when clients may come. */
  ready: RegExp
}

export interface Place {
  /** Where to listen. */
  host: string
  port: number
  /** The broker's own temporary folder. */
  folder: string
}

/** A recipe made concrete. */
export interface Command {
  file: string
  args: string[]
  env: Record<string, string>
  files: Record<string, string>
  /** The shell command that ends it at once, given its process group as `$group`. */
  killer: string
}

/** @param source where to find it, if not where it is installed */
export function commandFor(recipe: Recipe, port: number, folder: string, source?: Source): Command {
  const { program, root, image } = source ?? recipe
  const file = source?.image ? undefined : findProgram({ program, root })
  if (file) return native(recipe, file, root, { host: '127.0.0.1', port, folder })
  return contained({ ...recipe, program, image: image ?? recipe.image }, { host: '0.0.0.0', port, folder })
}

function native(recipe: Recipe, file: string, root: string | undefined, place: Place): Command {
  const { args, ...rest } = details(recipe, place)
  const command = root ? { file: 'chroot', args: [root, file, ...args] } : { file, args }
  return { ...command, ...rest, killer: 'kill -s KILL -- "-$group"' }
}

function contained(recipe: Recipe, place: Place): Command {
  const { args, env, files } = details(recipe, place)
  const container = `feathers-sync-${randomBytes(6).toString('hex')}`
  const { folder, port } = place
  const isolation = ['--user', `${process.getuid?.()}:${process.getgid?.()}`, '-v', `${folder}:${folder}`]
  const settings = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
  const run = [
    'run',
    '--rm',
    '-i',
    '--name',
    container,
    '-p',
    `127.0.0.1:${port}:${port}`,
    ...isolation,
    ...settings
  ]
  return {
    file: 'docker',
    args: [...run, '--entrypoint', recipe.program, recipe.image, ...args],
    env: {},
    files,
    killer: `docker kill ${container}`
  }
}

function details({ args, env, files }: Recipe, place: Place) {
  return { args: args(place), env: env?.(place) ?? {}, files: files?.(place) ?? {} }
}

/** Its path as seen from the root folder. */
export function findProgram({ program, root = '/' }: Source): string | undefined {
  // Debian's rabbitmq-server on the PATH is a wrapper that refuses ordinary users and makes root another user.
  const folders = ['/usr/lib/rabbitmq/bin', ...(process.env.PATH ?? '').split(delimiter)]
  folders.push('/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/home/linuxbrew/.linuxbrew/sbin')
  return folders.map((folder) => join(folder, program)).find((file) => isExecutable(join(root, file)))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
