import { PrivateBroker } from './broker.js'
import type { Recipe, Source } from './command.js'

export interface NatsOptions {
  user?: string
  password?: string
  /** The largest message, in bytes; NATS' own default is 1 MB. */
  maxPayload?: number
  /** More of nats-server's own configuration: `{ authorization: { token: 'secret' } }`. */
  config?: object
  /** The same in the server's own syntax. */
  text?: string
  /** Where its program is, if not where it is installed. */
  source?: Source
}

export class NatsBroker extends PrivateBroker {
  readonly name = 'nats'
  protected readonly recipe: Recipe = {
    program: 'nats-server',
    image: 'nats:2-alpine',
    ready: /Server is ready/,
    args: ({ folder }) => ['--config', `${folder}/nats.conf`],
    files: ({ host, port }) => ({ 'nats.conf': this.config(`${host}:${port}`) })
  }

  /** @param options may be changed while it doesn't run, for its next start */
  constructor(readonly options: NatsOptions) {
    super(options.source)
  }

  get uri(): string {
    const { user, password = '' } = this.options
    const login = user ? `${encodeURIComponent(user)}:${encodeURIComponent(password)}@` : ''
    return `nats://${login}127.0.0.1:${this.port}`
  }

  /** The server announces its end, closes its clients one by one after a second, and ends. */
  lameDuck(): void {
    this.daemon.signal('SIGUSR2')
  }

  /** Takes on what `options` say now, with its connections left open. */
  async reload(): Promise<void> {
    await this.configure()
    this.daemon.forget() // an earlier reload
    this.daemon.signal('SIGHUP')
    await this.daemon.hear(/Reloaded server configuration/)
  }

  /** A line for each setting: NATS reads the values as JSON. */
  private config(listen: string): string {
    const { user, password, maxPayload: max_payload, config, text = '' } = this.options
    const authorization = user ? { user, password } : undefined
    const lameDuck = { lame_duck_grace_period: '1s', lame_duck_duration: '30s' }
    const settings = Object.entries({ listen, max_payload, authorization, ...lameDuck, ...config })
    const lines = settings.filter(([, value]) => value !== undefined)
    return [...lines.map(([name, value]) => `${name}: ${JSON.stringify(value)}`), text].join('\n')
  }
}

export async function startNats(options: NatsOptions = {}): Promise<NatsBroker> {
  const broker = new NatsBroker(options)
  await broker.start()
  return broker
}
