import { setTimeout as delay } from 'node:timers/promises'
import type { Arrivals } from './arrivals.js'
import { record, websocketParams } from './data.js'
import { quantile } from './rounds.js'
import { now, type Side, type Traffic } from './sides/side.js'

/** Events for a while, by the clock that all processes share. */
export interface Load {
  /** In ns. */
  startsAt: number
  /** In ms. */
  lasts: number
  /** Of this process, a second. */
  rate: number
  /** When the first one is due, as a part of the time between two: processes take turns. */
  phase: number
  /** Whether the calls have the params of one; otherwise none. */
  websocket: boolean
}

/** What it took one process. */
export interface Effort {
  /** User and system time of all threads, in µs. */
  cpu: number
  sent: number
  received: number
  /** What has come from the broker. */
  traffic: Traffic
  /** Of what has come, in µs; NaN if nothing has. */
  local: Latency
  remote: Latency
}

export interface Latency {
  p50: number
  p99: number
}

/** So long after the last event has been made the time that is measured ends, in ms. */
export const SETTLE = 200

/** Of events as JSON, in bytes. */
const SIZE = 200

/** Its figures have none of what the process talks with its parent. */
export async function underLoad(side: Side, arrivals: Arrivals, load: Load): Promise<Effort> {
  const { startsAt, lasts, rate } = load
  arrivals.expect(Number.POSITIVE_INFINITY)
  await delay((startsAt - now()) / 1e6)
  const trafficBefore = side.received()
  const before = process.cpuUsage()
  const endsAt = performance.now() + lasts + SETTLE
  const sent = rate > 0 ? await paced(side, arrivals.self, load) : 0
  await delay(endsAt - performance.now())
  const { user, system } = process.cpuUsage(before)
  const { messages, bytes } = side.received()
  const { local, remote } = arrivals.latencies
  return {
    cpu: user + system,
    sent,
    received: arrivals.count,
    traffic: { messages: messages - trafficBefore.messages, bytes: bytes - trafficBefore.bytes },
    local: latency(local),
    remote: latency(remote)
  }
}

/** Each in a turn of its own, as calls of users come; resolves with their number. */
function paced(side: Side, self: number, { lasts, rate, phase, websocket }: Load): Promise<number> {
  const data = { ...record(SIZE), from: self }
  const params = websocket ? websocketParams() : {}
  const startedAt = performance.now()
  const count = Math.max(0, Math.ceil((lasts * rate) / 1000 - phase))
  return new Promise((resolve, reject) => {
    let made = 0
    const wait = () => {
      if (made >= count) return resolve(made)
      const ms = startedAt + ((made + phase) * 1000) / rate - performance.now()
      if (ms > 0) setTimeout(make, Math.ceil(ms))
      else setImmediate(make)
    }
    const make = () => {
      made += 1
      side.one(data, params).catch(reject)
      wait()
    }
    wait()
  })
}

function latency(times: readonly number[]): Latency {
  return { p50: quantile(times, 0.5) / 1000, p99: quantile(times, 0.99) / 1000 }
}
