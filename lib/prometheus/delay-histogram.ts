import type { DelayStats } from 'feathers-sync'
import { Histogram, type HistogramConfiguration } from 'prom-client'
import type { Labels } from './metrics.js'

/** A line of a metric, as `prom-client` writes it. */
interface Sample {
  metricName: string
  labels: Labels
  sharedLabels: Labels
  value: number
}

/** A histogram whose values were counted elsewhere: one of `prom-client` can only be told single values. */
export class DelayHistogram extends Histogram {
  readonly #configuration: HistogramConfiguration<string>
  readonly #read: () => [Labels, DelayStats][]

  /** @param read the delays in ms, for each combination of labels */
  constructor(configuration: HistogramConfiguration<string>, read: () => [Labels, DelayStats][]) {
    super(configuration)
    this.#configuration = configuration
    this.#read = read
  }

  /** What `prom-client` takes the values from, both as text and as JSON. */
  async getForPromString() {
    const { name, help, aggregator = 'sum' } = this.#configuration
    const values = this.#read().flatMap(([labels, delays]) => samplesOf(name, labels, delays))
    return { name, help, type: 'histogram', values, aggregator }
  }
}

function samplesOf(name: string, sharedLabels: Labels, { buckets, sum, count }: DelayStats): Sample[] {
  const sample = (suffix: string, value: number, labels: Labels = {}): Sample => ({
    metricName: `${name}_${suffix}`,
    labels,
    sharedLabels,
    value
  })
  return [
    ...buckets.map(({ upTo, count }) => sample('bucket', count, { le: upTo / 1000 })),
    sample('bucket', count, { le: '+Inf' }),
    sample('sum', sum / 1000),
    sample('count', count)
  ]
}
