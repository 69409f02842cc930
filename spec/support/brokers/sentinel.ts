import { eventually } from '../eventually.js'
import { PrivateBroker } from './broker.js'
import type { Recipe } from './command.js'
import { type RedisBroker, sendCommand, startRedis } from './redis.js'

/** A Redis Sentinel that watches one primary by the name `main`. */
export class SentinelBroker extends PrivateBroker {
  readonly name = 'redis'
  protected readonly recipe: Recipe = {
    program: 'redis-server',
    image: 'redis:7-alpine',
    ready: /\+monitor master main/,
    args: ({ folder }) => [`${folder}/sentinel.conf`, '--sentinel'],
    files: ({ host, port, folder }) => ({
      'sentinel.conf': [
        `bind ${host}`,
        `port ${port}`,
        `dir ${folder}`,
        'protected-mode no',
        `sentinel monitor main 127.0.0.1 ${this.primary} 1`,
        'sentinel down-after-milliseconds main 500',
        'sentinel failover-timeout main 5000',
        ''
      ].join('\n')
    })
  }

  /** @param primary the port of the primary */
  constructor(private readonly primary: number) {
    super()
  }

  /** Sends a command, and resolves with the raw reply. */
  ask(...words: string[]): Promise<string> {
    return sendCommand(this.port, words)
  }

  get uri(): string {
    return `redis://127.0.0.1:${this.port}`
  }
}

export async function startSentinel(primary: number): Promise<SentinelBroker> {
  const sentinel = new SentinelBroker(primary)
  await sentinel.start()
  return sentinel
}

export interface SentinelSetup {
  primary: RedisBroker
  replica: RedisBroker
  sentinel: SentinelBroker
  stop(): Promise<void>
}

/** A primary with a replica that follows it, and a Sentinel that knows both. */
export async function startSentinelSetup(): Promise<SentinelSetup> {
  const args = ['--repl-diskless-sync-delay', '0']
  const primary = await startRedis({ args })
  const replica = await startRedis({ args: [...args, '--replicaof', '127.0.0.1', `${primary.port}`] })
  const follows = async () => (await replica.command('INFO', 'replication')).includes('master_link_status:up')
  await eventually(follows, { message: 'the replica to follow' })
  const sentinel = await startSentinel(primary.port)
  const knows = async () => (await sentinel.ask('SENTINEL', 'REPLICAS', 'main')).includes(`${replica.port}`)
  await eventually(knows, { timeout: 20_000, message: 'the Sentinel to find the replica' })
  const stop = async () => {
    await Promise.all([primary, replica, sentinel].map((broker) => broker.stop()))
  }
  return { primary, replica, sentinel, stop }
}
