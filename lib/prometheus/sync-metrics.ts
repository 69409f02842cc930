import { inspect, isDeepStrictEqual } from 'node:util'
import type { DelayStats, Sync } from 'feathers-sync'
import {
  Counter,
  Gauge,
  type OpenMetricsContentType,
  type PrometheusContentType,
  type Registry
} from 'prom-client'
import { failure } from './checks.js'
import { DelayHistogram } from './delay-histogram.js'
import { DELAY, type Definition, type Labels, METRICS, type Reading } from './metrics.js'

export type AnyRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>

/** By one of the metrics, which a register may have or have no more. */
const known = new WeakMap<object, SyncMetrics>()

/** The metrics of one application, or of several, on one register. Values are read when they are scraped. */
export class SyncMetrics {
  readonly #labelNames: readonly string[]
  readonly #labels = new Map<Sync, Labels>()
  #readings: [Labels, Reading][] | undefined

  private constructor(register: AnyRegistry, prefix: string, labelNames: readonly string[]) {
    this.#labelNames = labelNames
    const registers = [register]
    for (const definition of METRICS) {
      const metric = this.#metric(definition, prefix, registers)
      known.set(metric, this)
    }
    const delays = () =>
      this.#read().map(([labels, { stats }]): [Labels, DelayStats] => [labels, stats.delays])
    new DelayHistogram({ ...DELAY, name: prefix + DELAY.name, labelNames, registers }, delays)
  }

  /**
   * Those that the register has, or new ones.
   *
   * @throws Error if it has others with these names, or these with labels of other names
   */
  static on(register: AnyRegistry, prefix: string, labelNames: readonly string[]): SyncMetrics {
    const [former] = [...METRICS, DELAY].flatMap(({ name }) => register.getSingleMetric(prefix + name) ?? [])
    if (!former) return new SyncMetrics(register, prefix, labelNames)
    const metrics = known.get(former)
    if (!metrics) {
      const text = 'the register has metrics with these names that are not of this collector'
      throw failure(`${text}: give it another \`prefix\`, or another \`register\``)
    }
    const expected = [...metrics.#labelNames].sort()
    if (!isDeepStrictEqual(expected, [...labelNames].sort())) {
      const text = `\`labels\` has to have the names that the first application on this register gave: ${inspect(expected)}`
      throw failure(`${text}, and has ${inspect(labelNames)}`)
    }
    return metrics
  }

  /** @throws Error if it has other labels already, or another has the same */
  add(sync: Sync, labels: Labels): void {
    const former = this.#labels.get(sync)
    if (isDeepStrictEqual(former, labels)) return
    if (former) throw failure(`this application is on the register with other labels: ${inspect(former)}`)
    for (const others of this.#labels.values()) {
      if (isDeepStrictEqual(others, labels)) {
        const text = `another application is on this register with the same labels: ${inspect(labels)}`
        throw failure(`${text}. Give each its own, such as { app: 'admin' }`)
      }
    }
    this.#labels.set(sync, labels)
  }

  #metric(definition: Definition, prefix: string, registers: AnyRegistry[]): Counter | Gauge {
    const { type, name, help, labelNames = [], aggregator = 'sum' } = definition
    const names = [...labelNames, ...this.#labelNames]
    const options = { name: prefix + name, help, aggregator, labelNames: names, registers }
    const samples = () => this.#samples(definition)
    if (type === 'gauge') {
      return new Gauge({
        ...options,
        collect() {
          this.reset()
          for (const [labels, value] of samples()) this.set(labels, value)
        }
      })
    }
    return new Counter({
      ...options,
      collect() {
        this.reset() // it can't be set, but increased by all that was counted
        for (const [labels, value] of samples()) this.inc(labels, value)
      }
    })
  }

  #samples({ read }: Definition): [Labels, number][] {
    return this.#read().flatMap(([own, reading]): [Labels, number][] => {
      const values = read(reading)
      if (typeof values === 'number') return [[own, values]]
      return values.map(([labels, value]) => [{ ...labels, ...own }, value])
    })
  }

  /** A register collects all its metrics in one turn: they show one moment, and the stats are made once. */
  #read(): [Labels, Reading][] {
    if (!this.#readings) {
      this.#readings = [...this.#labels].map(([sync, labels]) => {
        const { type, status } = sync
        return [labels, { type, status, stats: sync.stats() }]
      })
      queueMicrotask(() => {
        this.#readings = undefined
      })
    }
    return this.#readings
  }
}
