import type { SyncAdapter } from '../../lib/adapters/sync-adapter.js'
import { resolveOptions, type SyncOptions } from '../../lib/sync/options.js'
import { type Recorder, recorder } from '../conformance/instances.js'
import { eventually } from './eventually.js'

/** An adapter that connects, what it tells, and what its `connect()` came to. */
export interface Probe extends Recorder {
  adapter: SyncAdapter
  ready: Promise<void>
}

const open: SyncAdapter[] = []

/** Connects an adapter; `closeProbes` closes it. */
export function probe(adapter: SyncAdapter, options: SyncOptions): Probe {
  adapter.options = resolveOptions(options)
  open.push(adapter)
  const handlers = recorder()
  const ready = adapter.connect(handlers)
  ready.catch(() => {}) // some tests don't ask
  return { adapter, ready, ...handlers }
}

export async function closeProbes(): Promise<void> {
  await Promise.all(open.splice(0).map((adapter) => adapter.close()))
}

let count = 0

/** Sends a message and waits until all have it: once, as another one that follows proves. */
export async function expectOneCopy(from: Probe, to: Probe[]): Promise<void> {
  const [text, end] = [`message ${++count}`, `end ${count}`]
  await from.adapter.publish(Buffer.from(text))
  await from.adapter.publish(Buffer.from(end))
  for (const { received } of to) {
    await eventually(() => received.map(String).includes(end), { message: `a message to arrive` })
    const copies = received.filter((bytes) => String(bytes) === text).length
    if (copies !== 1) throw new Error(`${copies} copies of a message arrived`)
  }
}
