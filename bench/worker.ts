// One process of a fleet: does what its parent says, one after another.
import { setTimeout as delay } from 'node:timers/promises'
import { Arrivals, type Latencies } from './arrivals.js'
import { record, websocketParams } from './data.js'
import { type Effort, type Load, underLoad } from './load.js'
import { feathersSide } from './sides/feathers-side.js'
import { rawSide } from './sides/raw-side.js'
import { type Data, now, type Side, type SideOptions, WAVE } from './sides/side.js'

/** Events to make. */
export interface Job {
  count: number
  /** Of a record as JSON, in bytes. */
  size: number
  /** With the `params` of a websocket call. */
  websocket?: boolean
  /** All by one call. */
  bulk?: boolean
  /** So many a second, each by itself. */
  rate?: number
  /** Each when the one before has arrived at the listeners of the sender. */
  oneByOne?: boolean
  /** So many in a turn of the event loop, if not as usual. */
  wave?: number
}

export interface Usage {
  /** User and system, in µs. */
  cpu: number
  /** Bytes. */
  rss: number
  peakRss: number
}

export interface WorkerOptions extends SideOptions {
  /** Its number in the fleet. */
  self: number
}

let side: Side
let arrivals: Arrivals

const commands = {
  async start({ self, ...options }: WorkerOptions): Promise<void> {
    arrivals = new Arrivals(self)
    side = await (options.contestant === 'raw' ? rawSide(options) : feathersSide(options))
    if (options.role === 'listens') side.listen(arrivals.onEvent)
  },

  /** Makes an event that is not counted. */
  async probe(): Promise<void> {
    await side.wave(1, { isProbe: true }, {})
  },

  /** Has one come? */
  async probed(): Promise<boolean> {
    return arrivals.wasProbed
  },

  async expect(count: number): Promise<void> {
    arrivals.expect(count)
  },

  /** When all that is expected had come. */
  async whole(): Promise<number> {
    return await arrivals.whole
  },

  /** How many have come since `expect`. */
  async arrived(): Promise<number> {
    return arrivals.count
  },

  /** Of what has come since `expect`. */
  async latencies(): Promise<Latencies> {
    return arrivals.latencies
  },

  /** Makes events at a rate, and says what that and what has come meanwhile took. */
  async underLoad(load: Load): Promise<Effort> {
    return await underLoad(side, arrivals, load)
  },

  /** Makes events; when it began. */
  async make(job: Job): Promise<number> {
    const data = { ...record(job.size), from: arrivals.self }
    const { wave = WAVE } = job
    const params = job.websocket ? websocketParams() : {}
    const items = job.bulk ? Array.from({ length: job.count }, () => data) : []
    const startedAt = now()
    if (job.bulk) await side.bulk(items)
    else if (job.oneByOne) await oneByOne(job, data, params)
    else if (job.rate) await paced(job, data, params, job.rate)
    else
      for (let made = 0; made < job.count; made += wave)
        await side.wave(Math.min(wave, job.count - made), data, params)
    return startedAt
  },

  async usage(): Promise<Usage> {
    const { user, system } = process.cpuUsage()
    return {
      cpu: user + system,
      rss: process.memoryUsage.rss(),
      peakRss: process.resourceUsage().maxRSS * 1024
    }
  },

  async stop(): Promise<void> {
    await side.close()
    process.disconnect()
  }
}

export type Commands = typeof commands
export type CommandName = keyof Commands

async function oneByOne({ count }: Job, data: Data, params: Data): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    arrivals.expect(1, arrivals.latencies)
    await side.wave(1, data, params)
    await arrivals.whole
  }
}

async function paced(job: Job, data: Data, params: Data, rate: number): Promise<void> {
  const startedAt = performance.now()
  for (let made = 0; made < job.count; made += 1) {
    await delay(Math.max(1, startedAt + (made * 1000) / rate - performance.now()))
    await side.wave(1, data, params)
  }
}

process.on('message', ({ id, name, args }: { id: number; name: CommandName; args: never[] }) => {
  const run = commands[name] as (...args: never[]) => Promise<unknown>
  run(...args).then(
    (result) => process.send?.({ id, result }),
    (error) => process.send?.({ id, error: String(error?.stack ?? error) })
  )
})
process.once('disconnect', () => process.exit())
