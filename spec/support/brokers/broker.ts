import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, commandFor, type Recipe, type Source } from './command.js'
import { Daemon } from './daemon.js'
import { freePort } from './ports.js'

export interface Broker {
  readonly name: 'redis' | 'amqp' | 'nats'
  readonly port: number
  /** The same after a restart. */
  readonly uri: string
  /** Gracefully, for good: with its data. */
  stop(): Promise<void>
  /** SIGKILL; resolves when the process is gone and the port free. */
  kill(): Promise<void>
  /** Again, on the same port; resolves when it accepts and answers clients. */
  start(): Promise<void>
}

const running = new Set<PrivateBroker>()

/** A broker that is ours alone, on a free port, with its data in a temporary folder. */
export abstract class PrivateBroker implements Broker {
  abstract readonly name: Broker['name']
  abstract readonly uri: string
  protected abstract readonly recipe: Recipe
  port = 0
  private folder = ''
  private process?: Daemon

  /** @param source where its program is, if not where it is installed */
  constructor(private readonly source?: Source) {}

  async start(): Promise<void> {
    if (this.process) throw new Error(`${this.name} is running already`)
    this.folder ||= await mkdtemp(join(tmpdir(), `feathers-sync-${this.name}-`))
    running.add(this)
    if (this.port) await this.run()
    else await this.runFirst()
  }

  /** Of its process group; undefined while it does not run. */
  get group(): number | undefined {
    return this.process?.group
  }

  async kill(): Promise<void> {
    await this.process?.kill()
  }

  async stop(): Promise<void> {
    await this.process?.stop()
    await rm(this.folder, { recursive: true, force: true })
    running.delete(this)
  }

  protected get daemon(): Daemon {
    if (!this.process) throw new Error(`${this.name} is not running`)
    return this.process
  }

  /** Where it can't be run, such as where it is not installed, no folder stays. */
  private async runFirst(): Promise<void> {
    try {
      await this.runSomewhere()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** Another suite may take a port between our look and the broker's bind: then another is tried. */
  private async runSomewhere(attempts = 5): Promise<void> {
    this.port = await freePort()
    try {
      await this.run()
    } catch (error) {
      this.port = 0
      if (attempts === 1 || !/address.*in use|eaddrinuse|port is already allocated/i.test(String(error)))
        throw error
      await this.runSomewhere(attempts - 1)
    }
  }

  /** Writes its files, as its recipe now has them. */
  protected async configure(): Promise<Command> {
    const command = commandFor(this.recipe, this.port, this.folder, this.source)
    await mkdir(this.folder, { recursive: true })
    for (const [file, text] of Object.entries(command.files)) await writeFile(join(this.folder, file), text)
    return command
  }

  private async run(): Promise<void> {
    const command = await this.configure()
    const daemon = await Daemon.start(command, this.folder, this.recipe.ready)
    this.process = daemon
    daemon.gone.then(() => {
      this.process = undefined
    })
  }
}

/** Ends whatever a spec has left running, and what is shared by all. */
export async function stopBrokers(): Promise<void> {
  await Promise.all([...running].map((broker) => broker.stop()))
}
