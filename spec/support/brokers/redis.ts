import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { PrivateBroker } from './broker.js'
import type { Place, Recipe, Source } from './command.js'

export interface RedisOptions {
  password?: string
  /** More of redis-server's own: `['--maxclients', '10']`. */
  args?: string[]
  /** Where its program is, if not where it is installed. */
  source?: Source
}

export class RedisBroker extends PrivateBroker {
  readonly name = 'redis'
  protected readonly recipe: Recipe = {
    program: 'redis-server',
    image: 'redis:7-alpine',
    ready: /Ready to accept connections/,
    args: (place) => this.args(place)
  }

  constructor(private readonly options: RedisOptions) {
    super(options.source)
  }

  get uri(): string {
    const { password } = this.options
    return `redis://${password ? `:${encodeURIComponent(password)}@` : ''}127.0.0.1:${this.port}`
  }

  /** Sends a command, such as `command('CLIENT', 'KILL', 'TYPE', 'pubsub')`, and resolves with the raw reply. */
  command(...words: string[]): Promise<string> {
    return sendCommand(this.port, words, this.options.password)
  }

  private args({ host, port, folder }: Place): string[] {
    const { password, args = [] } = this.options
    const inMemory = ['--save', '', '--appendonly', 'no', '--dir', folder]
    const access = password ? ['--requirepass', password] : ['--protected-mode', 'no']
    return ['--bind', host, '--port', `${port}`, ...inMemory, ...access, ...args]
  }
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisBroker> {
  const broker = new RedisBroker(options)
  await broker.start()
  return broker
}

/** Sends a command to a server on this machine, and resolves with the raw reply. */
export async function sendCommand(port: number, words: string[], password?: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  // The server closes the connection when ours has ended: the reply is all that came before, whatever its kind
  socket.end([password ? ['AUTH', password] : ['PING'], words].map(encode).join(''))
  const replies = (await text(socket)).replace(/^.*\r\n/, '')
  if (replies.startsWith('-')) throw new Error(replies.slice(1).trim())
  return replies
}

function encode(words: string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${parts.join('')}`
}
