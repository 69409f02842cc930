import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { redact } from '../../lib/adapters/redact.js'
import type { Broker } from '../../spec/support/brokers/broker.js'
import { startBroker } from './broker.js'
import { Database } from './database.js'
import { InstanceProcess } from './instance-process.js'
import type { Options } from './options.js'
import type { Note, Report } from './protocol.js'

export const NAMES = ['A', 'B', 'C'] as const

/** What the page shows. */
export interface State {
  /** Where the events travel, without a password. */
  uri: string
  /** A broker that the page can stop and start. */
  broker?: { name: string; state: BrokerState }
  instances: InstanceState[]
}

type BrokerState = 'running' | 'stopped'

export interface InstanceState {
  name: string
  state: InstanceProcess['state']
  port: number
  pid: number | undefined
  report: Report | undefined
}

interface StageEvents {
  change: []
  note: [instance: string, note: Note]
}

/** The three instances, their database, and the broker if it is the demo's own. */
export class Stage extends EventEmitter<StageEvents> {
  readonly #instances: InstanceProcess[]
  #brokerState: BrokerState = 'running'
  /** What is done to the broker, one after the other. */
  #brokerWork = Promise.resolve()

  private constructor(
    private readonly uri: string,
    port: number,
    private readonly broker: Broker | undefined
  ) {
    super()
    const place = { uri, key: `feathers-sync-demo-${randomUUID()}` }
    const database = new Database()
    const observer = {
      onChange: () => this.emit('change'),
      onNote: (instance: string, note: Note) => this.emit('note', instance, note)
    }
    this.#instances = NAMES.map(
      (name, index) => new InstanceProcess(name, port && port + 1 + index, place, database, observer)
    )
  }

  /** With the broker, if the demo starts one; without the instances. */
  static async set({ uri, broker, port }: Options): Promise<Stage> {
    const own = broker && (await startBroker(broker))
    return new Stage(own?.uri ?? uri, port, own)
  }

  get state(): State {
    const { broker } = this
    const instances = this.#instances.map(({ name, state, port, pid, report }) => {
      return { name, state, port, pid, report }
    })
    const own = broker && { broker: { name: broker.name, state: this.#brokerState } }
    return { uri: redact(this.uri), ...own, instances }
  }

  /** @throws Error if an instance can't start, which says why */
  async start(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => this.#startFirst(instance)))
  }

  /** @throws Error if there is no such instance */
  instance(name: string): InstanceProcess {
    const instance = this.#instances.find((one) => one.name === name)
    if (!instance) throw new Error(`there is no instance ${name}`)
    return instance
  }

  /** @throws Error if the broker is not the demo's own */
  async setBroker(state: BrokerState): Promise<void> {
    const { broker } = this
    if (!broker) throw new Error('the broker was not started by the demo')
    const work = this.#brokerWork.then(async () => {
      if (this.#brokerState === state) return
      if (state === 'stopped') await broker.kill()
      else await broker.start()
      this.#brokerState = state
      this.emit('change')
    })
    this.#brokerWork = work.catch(() => {})
    await work
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.stop()))
    await this.#brokerWork
    await this.broker?.stop()
  }

  async #startFirst(instance: InstanceProcess): Promise<void> {
    const failed = `instance ${instance.name} could not start`
    await instance.start().catch((error) => {
      throw new Error(`${failed}: ${error.message}`)
    })
    if (instance.state === 'dead') throw new Error(failed)
  }
}
