import { type Application, feathers } from '@feathersjs/feathers'
import type { Registry } from 'prom-client'
import sync, { createContainer, SyncAdapter, type SyncOptions } from '../../lib/index.js'
import { LoopAdapter } from '../support/loop-adapter.js'

const MESSAGES = { create: async (data: object) => data } as never

/** Applications that are torn down after each test. */
export class MetricsStage {
  readonly #apps: Application[] = []

  constructor() {
    afterEach(() => Promise.all(this.#apps.splice(0).map((app) => app.teardown())))
  }

  readonly configure = (options: SyncOptions): Application => {
    const app = feathers()
    app.on('sync-error', () => {})
    app.on('sync-gap', () => {})
    app.configure(sync(options))
    app.use('messages', MESSAGES)
    this.#apps.push(app)
    return app
  }

  /** One on the broker of this process. */
  readonly inProcess = (key: string, options: SyncOptions = {}): Application => {
    const container = createContainer()
    container.bind(SyncAdapter).to(LoopAdapter).whenNamed('loop')
    return this.configure({ uri: 'loop:', key, container, ...options })
  }
}

/** The samples of a scrape, by name and labels as they are written. */
export function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    })
  )
}

export const scrape = async (register: Registry): Promise<Map<string, number>> =>
  samplesOf(await register.metrics())
