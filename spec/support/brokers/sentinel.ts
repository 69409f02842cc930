import { PrivateBroker } from './broker.js'
import type { Recipe } from './command.js'
import { sendCommand } from './redis.js'

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
