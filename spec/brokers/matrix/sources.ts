import { spawnSync } from 'node:child_process'
import { findProgram, type Source } from '../../support/brokers/command.js'
import type { BrokerVersion } from './cells.js'
import { startServer } from './servers.js'

/** Where a version is, or why it can't be run. */
export type Supply = { source: Source } | { reason: string }

/** Set by scripts/test-brokers.sh: the root folder of a Debian with newer brokers, or why there is none. */
const { CURRENT_BROKERS: root, NO_CURRENT_BROKERS: noRoot = 'npm run test:brokers was not used' } =
  process.env

/** Finds each of them: installed, in the other Debian, or as an image. */
export async function findSources(brokers: BrokerVersion[]): Promise<Map<BrokerVersion, Supply>> {
  const programs = new Set(brokers.map(({ program }) => program))
  const supplies = [...programs].map(async (program) => {
    const some = brokers.filter((broker) => broker.program === program)
    const found = await versionsOf(some[0] as BrokerVersion)
    return some.map((broker): [BrokerVersion, Supply] => [broker, choose(broker, found)])
  })
  return new Map((await Promise.all(supplies)).flat())
}

type Found = { source: Source; version: string }[]

/** Starts a program wherever it is, and reads the versions. */
async function versionsOf({ adapter, program }: BrokerVersion): Promise<Found> {
  const found: Found = []
  for (const source of [{ program }, ...(root ? [{ program, root }] : [])]) {
    if (!findProgram(source)) continue
    const { broker, version } = await startServer(adapter, source)
    await broker.stop()
    found.push({ source, version })
  }
  return found
}

function choose({ program, version, image }: BrokerVersion, found: Found): Supply {
  const fitting = found.find((one) => one.version.startsWith(version))
  if (fitting) return { source: fitting.source }
  if (hasDocker()) return { source: { program, image } }
  const others = found.map(
    (one) => `${one.source.root ? 'the other Debian' : 'this system'} has ${one.version}`
  )
  if (found.length === 0) others.push(`there is no ${program}`)
  if (!root) others.push(noRoot)
  return { reason: [...others, 'no Docker engine runs'].join('; ') }
}

let docker: boolean | undefined

function hasDocker(): boolean {
  docker ??= spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0
  return docker
}
