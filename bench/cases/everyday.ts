import { Fleet } from '../fleet.js'
import { type Effort, SETTLE } from '../load.js'
import type { Options, PacedOptions } from '../options.js'
import { mean, median } from '../rounds.js'
import { Samples } from '../samples.js'
import type { Contestant } from '../sides/side.js'
import type { Row } from '../table.js'
import { warmUp } from '../warm-up.js'

/** How long idle fleets are watched, in ms: heartbeats are seconds apart. */
const IDLE = 6000
/** After so many overloaded rounds in a row a rate is given up. */
const GIVE_UP = 2

interface Step {
  /** Events a second of the fleet. */
  rate: number
  /** One process makes all events, in place of each its share: so the costs of both sides are known apart. */
  oneSender: boolean
}

/**
 * What instances cost at the rates of usual servers: CPU by the system's accounting, latency and memory. All fleets are alive all the
 * time, and take turns within each step.
 */
export async function everyday(
  broker: string,
  uri: string,
  contestants: readonly Contestant[],
  { everyday: options, internal, rounds }: Options
): Promise<Row[]> {
  const websocket = !internal
  const rows: Row[] = []
  for (const processes of options.processes) {
    const samples = new Samples()
    const fleets: Fleet[] = []
    const warm: Fleet[] = []
    try {
      for (const contestant of contestants) {
        await samples.attempt(contestant, async () => {
          const fleet = await Fleet.start({ contestant, uri, receivers: processes - 1 })
          fleets.push(fleet)
          samples.add(contestant, 'memory of an instance after the start', 'MB', await fleet.memory())
          await warmUp(fleet, options.warmUp, websocket)
          warm.push(fleet)
        })
      }
      const steps = stepsOf(processes, options.rates)
      await measureAll(samples, warm, steps, { ...options, rounds, websocket })
    } finally {
      await Promise.all(fleets.map((fleet) => fleet.stop()))
    }
    for (const row of samples.rows(broker, contestants))
      rows.push({ ...row, work: `${processes} processes, ${row.work}` })
  }
  return rows
}

/** For one broker. */
export function minutesOf({ everyday: { processes, rates, seconds }, rounds }: Options): number {
  const extra = 500 // around each measurement
  const perFleet = processes.map((count) => {
    const steps = stepsOf(count, rates).length * (seconds * 1000 + extra)
    return 3 * (rounds * (IDLE + extra + steps) + 4000 + count * 1000)
  })
  return Math.ceil(perFleet.reduce((sum, ms) => sum + ms, 0) / 60_000)
}

function stepsOf(processes: number, rates: readonly number[]): Step[] {
  return rates.flatMap((rate) =>
    [false, true]
      .filter((oneSender) => !oneSender || processes === 2)
      .map((oneSender) => ({ rate, oneSender }))
  )
}

async function measureAll(
  samples: Samples,
  fleets: readonly Fleet[],
  steps: readonly Step[],
  { rounds, seconds, websocket }: PacedOptions & { rounds: number; websocket: boolean }
): Promise<void> {
  const idles = new Map<Fleet, number[]>(fleets.map((fleet) => [fleet, []]))
  await eachRound(samples, fleets, rounds, async (fleet) => {
    const idle =
      mean((await fleet.underLoad({ rate: 0, lasts: IDLE })).map(({ cpu }) => cpu)) / (IDLE + SETTLE)
    samples.add(fleet.contestant, 'CPU of an idle instance', 'ms/s', idle)
    idles.get(fleet)?.push(idle)
  })
  for (const step of steps) {
    const overloads = new Map<Fleet, number>()
    await eachRound(samples, fleets, rounds, async (fleet) => {
      const overloaded = overloads.get(fleet) ?? 0
      if (overloaded >= GIVE_UP) return
      const efforts = await fleet.underLoad({ ...step, websocket, lasts: seconds * 1000 })
      const sent = efforts.reduce((sum, effort) => sum + effort.sent, 0)
      const isOverloaded = efforts.some(({ received }) => received < sent)
      overloads.set(fleet, isOverloaded ? overloaded + 1 : 0)
      const idle = median(idles.get(fleet) ?? [])
      const figures = figuresOf(step, efforts, idle, seconds * 1000)
      for (const [work, unit, figure] of figures)
        samples.add(fleet.contestant, work, unit, isOverloaded ? Number.NaN : figure)
      if (isOverloaded) await fleet.calm()
    })
  }
  await eachRound(samples, fleets, 1, async (fleet) =>
    samples.add(fleet.contestant, 'memory of an instance at the end', 'MB', await fleet.memory())
  )
}

type NamedFigure = [work: string, unit: string, figure: number]

/** @param idle what an idle instance takes, in ms a second */
function figuresOf({ rate, oneSender }: Step, efforts: readonly Effort[], idle: number, lasts: number) {
  /** Without what the instance takes for itself, in µs. */
  const net = efforts.map(({ cpu }) => Math.max(0, cpu - idle * (lasts + SETTLE)))
  const at = `${rate} events/s`
  if (oneSender) {
    const [sender = 0, ...receivers] = net
    const sent = efforts[0]?.sent ?? 0
    return [
      [`one sender, ${at}: CPU of the sender for an event`, 'µs', sender / sent],
      [`one sender, ${at}: CPU of a receiver for an event`, 'µs', mean(receivers) / sent]
    ] satisfies NamedFigure[]
  }
  const latency = (place: 'local' | 'remote', part: 'p50' | 'p99'): NamedFigure => [
    `${at}: ${place} delivery, ${part}`,
    'µs',
    median(efforts.map((effort) => effort[place][part]).filter((figure) => !Number.isNaN(figure)))
  ]
  return [
    [`${at}: CPU of an instance`, 'ms/s', mean(net) / lasts + idle],
    latency('remote', 'p50'),
    latency('remote', 'p99'),
    latency('local', 'p50'),
    latency('local', 'p99')
  ] satisfies NamedFigure[]
}

/** A, B, C, B, C, A…: none is always the first. */
async function eachRound(
  samples: Samples,
  fleets: readonly Fleet[],
  rounds: number,
  measure: (fleet: Fleet) => Promise<void>
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const start = round % fleets.length
    for (const fleet of [...fleets.slice(start), ...fleets.slice(0, start)])
      await samples.attempt(fleet.contestant, () => measure(fleet))
  }
}
