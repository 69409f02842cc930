import { FAIR, SimBroker } from './sim-broker.js'
import { SimClock } from './sim-clock.js'
import { SimInstance } from './sim-instance.js'

const SECOND = 1000

/** What a fleet of a size costs. */
export interface Scale {
  instances: number
  /** Frames a second when nothing happens, of all together. */
  heartbeatsPerSecond: number
  /** After one frame that no other instance received: NACKs, and retransmissions. */
  nacks: number
  resent: number
  /** How long until all had it, in ms. */
  recoveredIn: number
  /** After a restart of the broker, in which one instance made ten events: frames of all kinds until all was recovered. */
  framesAfterRestart: number
}

/** Measures a fleet in virtual time. */
export async function measureScale(size: number, seed = 1): Promise<Scale> {
  const clock = new SimClock(seed)
  const broker = new SimBroker(clock)
  const history = { events: 1000, bytes: 1e9 }
  const instances = Array.from({ length: size }, () => new SimInstance(broker, { history }))
  const [publisher] = instances as [SimInstance]
  const others = instances.slice(1)
  const sum = (of: (instance: SimInstance) => number) => instances.reduce((total, one) => total + of(one), 0)
  const reached = () => others.every(({ seen }) => seen.get(publisher.origin)?.at(-1)?.to === publisher.made)
  const untilReached = async () => {
    const from = clock.now()
    while (!reached()) await clock.run(clock.now() + 5)
    return clock.now() - from
  }

  publisher.emit()
  await clock.run(30 * SECOND)
  publisher.emit()
  await untilReached()

  const before = broker.published
  await clock.run(clock.now() + 30 * SECOND)
  const heartbeatsPerSecond = (broker.published - before) / 30

  broker.weather = { ...FAIR, loss: 1 }
  publisher.emit()
  await clock.run(clock.now() + 10)
  broker.weather = FAIR
  publisher.emit()
  const nacksBefore = broker.nacks
  const recoveredIn = await untilReached()
  const nacks = broker.nacks - nacksBefore
  const resent = sum(({ counts }) => counts.resent)

  await clock.run(clock.now() + 10 * SECOND)
  broker.restart(2 * SECOND)
  for (let count = 0; count < 10; count += 1) publisher.emit()
  const published = broker.published
  await untilReached()
  await clock.run(clock.now() + (size / 50) * SECOND)
  const framesAfterRestart = broker.published - published
  for (const instance of instances) instance.kill()
  return { instances: size, heartbeatsPerSecond, nacks, resent, recoveredIn, framesAfterRestart }
}
