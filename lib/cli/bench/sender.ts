import { setTimeout as delay } from 'node:timers/promises'
import { createEmitter } from '../../emitter/create-emitter.js'
import type { Emitter } from '../../emitter/emitter.js'
import type { SecretOption } from '../../sealing/secret-option.js'

/** How many events may wait: enough that the broker always has some. */
const WAITING = 2000
const AT_ONCE = 50

/** What the parent asks for, in turn. */
export type Order =
  | {
      readonly do: 'connect'
      readonly uri: string | readonly string[]
      readonly key: string
      readonly secret?: SecretOption
    }
  | {
      readonly do: 'send'
      readonly size: number
      readonly ms: number /** A second; none: as fast as possible. */
      readonly rate?: number
    }
  | { readonly do: 'end' }

/** What the child answers when that is done. */
export type Answer = { readonly done: Order['do']; readonly sent: number } | { readonly failed: string }

/** An event of the benchmark. */
export interface Sample {
  /** When it was emitted, in ms: all processes of a machine have this clock. */
  readonly at: number
  readonly text: string
}

/** Of the machine, not of the process. */
export function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** The child process of a benchmark: carries out what its parent sends it, until that has gone. */
export function runSender(): void {
  let emitter: Emitter | undefined
  // A parent that has gone is noticed elsewhere.
  const answer = (it: Answer) => process.send?.(it, undefined, undefined, () => {})
  process.on('disconnect', () => process.exit())
  process.on('message', async (order: Order) => {
    try {
      let sent = 0
      if (order.do === 'connect') {
        const { do: _, ...place } = order
        emitter = createEmitter(place)
        emitter.on('sync-error', ({ message }) => answer({ failed: message }))
        await emitter.ready
      } else if (order.do === 'send' && emitter) {
        sent = order.rate
          ? await atRate(emitter, order.size, order.ms, order.rate)
          : await saturate(emitter, order.size, order.ms)
      } else {
        await emitter?.close()
        process.disconnect()
        return
      }
      answer({ done: order.do, sent })
    } catch (error) {
      answer({ failed: (error as Error).message })
    }
  })
}

async function saturate(emitter: Emitter, size: number, ms: number): Promise<number> {
  const service = emitter.service('bench')
  const text = 'x'.repeat(size)
  const end = performance.now() + ms
  let sent = 0
  while (performance.now() < end) {
    if (emitter.stats().events.waiting < WAITING) {
      for (let left = AT_ONCE; left > 0; left -= 1) service.emit('sent', { at: machineTime(), text })
      sent += AT_ONCE
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  return sent
}

async function atRate(emitter: Emitter, size: number, ms: number, rate: number): Promise<number> {
  const service = emitter.service('bench')
  const text = 'x'.repeat(size)
  const total = Math.max(1, Math.round((rate * ms) / 1000))
  const start = performance.now()
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, 1 + Math.floor(((performance.now() - start) * rate) / 1000))
    for (; sent < due; sent += 1) service.emit('sent', { at: machineTime(), text })
    await delay(Math.max(1, start + (sent * 1000) / rate - performance.now()))
  }
  return total
}
