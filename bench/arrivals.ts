import { type Data, now } from './sides/side.js'

/** From when the service had the record, or the driver got it, until the listeners had the event, in ns. */
export interface Latencies {
  /** Of own events. */
  local: number[]
  /** Of those of other processes. */
  remote: number[]
}

/** What has come to one process. */
export class Arrivals {
  count = 0
  wasProbed = false
  latencies: Latencies = { local: [], remote: [] }
  whole: Promise<number> = Promise.resolve(0)
  #expected = 0
  #arrival: (at: number) => void = () => {}

  /** @param self the number of this process in its fleet */
  constructor(readonly self: number) {}

  /** From now on events are counted, and latencies noted. */
  expect(count: number, known: Latencies = { local: [], remote: [] }): void {
    this.count = 0
    this.latencies = known
    this.#expected = count
    this.whole = new Promise((resolve) => {
      this.#arrival = resolve
    })
  }

  readonly onEvent = ({ isProbe, from, at }: Data): void => {
    if (isProbe) {
      this.wasProbed = true
      return
    }
    const time = now()
    this.latencies[from === this.self ? 'local' : 'remote'].push(time - (at as number))
    this.count += 1
    if (this.count === this.#expected) this.#arrival(time)
  }
}
