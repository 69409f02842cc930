import { FAIR } from '../../spec/simulation/sim-broker.js'
import type { Member } from './member.js'
import { SimFleet, type Span } from './sim-fleet.js'

/** What is told of a fleet, in order: what it is, and its figure. */
export type Figures = [work: string, unit: string, figure: number][]

const SECOND = 1000
/** Events a second of the whole fleet under load. */
const RATE = 200

/** Measures a fleet of a size, and tells what it has as it goes. Needs `--expose-gc`. */
export async function measureFleet(size: number, tell: (figures: Figures) => void): Promise<void> {
  const fleet = new SimFleet()
  const { members } = fleet
  const heapBefore = heap()
  for (let count = 0; count < size; count += 1) fleet.add()
  const own = (heap() - heapBefore) / size
  tell(await start(fleet))
  await fleet.rest(30 * SECOND)
  tell(flow('at rest', await fleet.span(() => fleet.rest(20 * SECOND))))
  const peer = (heap() - heapBefore - own * size) / (size * (size - 1))
  tell([['heap for each instance that another knows', 'bytes', size < 100 ? Number.NaN : peer]])

  const stop = fleet.load(RATE)
  tell(flow(`${RATE} events/s`, await fleet.span(() => fleet.rest(10 * SECOND))))
  tell(await newcomer(fleet))
  stop()
  await fleet.rest(5 * SECOND)
  tell(await lostFrame(fleet))
  tell(await restart(fleet))
  tell([['reports of gaps and errors', '', members.reduce((sum, { errors }) => sum + errors, 0)]])
}

/** All at once, without events; the figures are those of the time in which all get to know each other. */
async function start(fleet: SimFleet): Promise<Figures> {
  const { members } = fleet
  const others = members.length - 1
  let known = Number.NaN
  const span = await fleet.span(async () => {
    known = await fleet.until(() => members.every(({ placed }) => placed === others), 100, 120 * SECOND)
  })
  const proven = Math.max(...members.map(({ provenAt = Number.NaN }) => provenAt))
  return [
    ['all start at once: until all are proven', 's', proven / SECOND],
    ['until all know where the events of all others begin', 's', known / SECOND],
    ...published('until then', span)
  ]
}

/** One more instance, while the others make events. */
async function newcomer(fleet: SimFleet): Promise<Figures> {
  const { members } = fleet
  const member = fleet.add()
  const others = members.length - 1
  let known = Number.NaN
  const span = await fleet.span(async () => {
    known = await fleet.until(() => member.placed === others, 10, 120 * SECOND)
  })
  const { provenAt = Number.NaN, bornAt, counts } = member
  return [
    ['a newcomer under load: until it is proven', 's', (provenAt - bornAt) / SECOND],
    ['a newcomer under load: until it knows where the events of all others begin', 's', known / SECOND],
    ['messages that it has got until then', '', counts.framesReceived],
    ['answers with baselines until then', '', span.tally.answers]
  ]
}

/** A message that no other instance has received. */
async function lostFrame(fleet: SimFleet): Promise<Figures> {
  const { broker, members } = fleet
  const [publisher, ...others] = members as [Member, ...Member[]]
  const resentBefore = publisher.counts.resent
  let recovered = Number.NaN
  const { tally } = await fleet.span(async () => {
    broker.weather = { ...FAIR, loss: 1 }
    publisher.emit()
    await fleet.rest(10)
    broker.weather = FAIR
    publisher.emit()
    recovered = await fleet.until(() => others.every((other) => other.hasAllOf(publisher)), 1, 60 * SECOND)
  })
  return [
    ['a lost message: NACKs', '', tally.nacks],
    ['retransmitted events', '', publisher.counts.resent - resentBefore],
    ['a lost message: until all have it', 'ms', recovered]
  ]
}

/** Of the broker, while one instance makes ten events. */
async function restart(fleet: SimFleet): Promise<Figures> {
  const { broker, members } = fleet
  const [publisher, ...others] = members as [Member, ...Member[]]
  let recovered = Number.NaN
  const span = await fleet.span(async () => {
    broker.restart(2 * SECOND)
    for (let count = 0; count < 10; count += 1) publisher.emit()
    recovered = await fleet.until(() => others.every((other) => other.hasAllOf(publisher)), 10, 60 * SECOND)
    await fleet.rest(30 * SECOND - recovered)
  })
  return [
    ['a restart of the broker (2 s): until all have what was made meanwhile', 's', recovered / SECOND],
    ...published('within 30 s', span)
  ]
}

function published(when: string, { tally, messages, bytes }: Span): Figures {
  return [
    [`messages of all ${when}`, '', tally.messages],
    [`of these with baselines ${when}`, '', tally.answers],
    [`largest heartbeat ${when}`, 'bytes', tally.largestHeartbeat],
    [`received by an instance ${when}`, 'messages', messages],
    [`received by an instance ${when}`, 'kB', bytes / 1000]
  ]
}

function flow(when: string, { tally, messages, bytes, cpu, seconds }: Span): Figures {
  return [
    [`${when}: messages to an instance`, '/s', messages / seconds],
    [`${when}: bytes to an instance`, 'kB/s', bytes / 1000 / seconds],
    [`${when}: heartbeats of all`, '/s', tally.heartbeats / seconds],
    [`${when}: size of a heartbeat, mean`, 'bytes', tally.heartbeatBytes / tally.heartbeats],
    [`${when}: largest heartbeat`, 'bytes', tally.largestHeartbeat],
    [`${when}: CPU of an instance`, 'ms/s', cpu / seconds]
  ]
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
