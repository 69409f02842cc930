import { Random } from './random.js'

/** How many processes live long, each in a slot of its own. */
export const SLOTS = 5

/**
 * `kill`: SIGKILL, and a new process. `stop`: SIGSTOP, and SIGCONT. `cut`, `stall`, `refuse`: its network. `restart`: the broker is
 * killed and started. `disconnect`: the broker closes its clients' connections. `short`: a process that makes some events and
 * leaves. `deploy`: a teardown in the midst of making events, and a new process.
 */
export type FaultKind =
  | 'kill'
  | 'stop'
  | 'cut'
  | 'stall'
  | 'refuse'
  | 'restart'
  | 'disconnect'
  | 'short'
  | 'deploy'

export interface Fault {
  /** When, in ms from the beginning. */
  at: number
  kind: FaultKind
  /** Whom it is meant for; the next one that can have it where that one can't. */
  slot: number
  /** How long it takes, or how long until there is a new process, in ms. */
  duration: number
  /** What a kind that comes in several ways takes, from 0 to less than 1. */
  way: number
}

const WEIGHTS: Record<FaultKind, number> = {
  kill: 3,
  stop: 4,
  cut: 4,
  stall: 4,
  refuse: 2,
  restart: 2,
  disconnect: 2,
  short: 4,
  deploy: 3
}

const DURATIONS: Record<FaultKind, [number, number]> = {
  kill: [1, 2000],
  stop: [200, 8000],
  cut: [0, 0],
  stall: [200, 6000],
  refuse: [200, 5000],
  restart: [1, 3000],
  disconnect: [0, 0],
  short: [0, 0],
  deploy: [1, 2000]
}

/** Between two faults, in ms. */
const PAUSE = { low: 300, high: 2500 }

/** The faults of `ms`: a longer plan of the same seed and kinds begins with the shorter one. */
export function makePlan(seed: string, ms: number, kinds: readonly FaultKind[]): Fault[] {
  const random = new Random(seed)
  const weights = Object.fromEntries(kinds.map((kind) => [kind, WEIGHTS[kind]])) as Partial<typeof WEIGHTS>
  const plan: Fault[] = []
  for (let at = random.integer(PAUSE.low, PAUSE.high); at < ms; at += random.integer(PAUSE.low, PAUSE.high)) {
    const kind = random.weighted<FaultKind>(weights)
    const [low, high] = DURATIONS[kind]
    const duration = high > 0 ? random.magnitude(low, high) : 0
    plan.push({ at, kind, slot: random.integer(0, SLOTS - 1), duration, way: random.next() })
  }
  return plan
}
