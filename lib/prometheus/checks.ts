import { inspect } from 'node:util'
import type { Registry } from 'prom-client'
import { type Labels, METRICS } from './metrics.js'

/** The names of labels that the metrics have themselves. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  'le',
  ...METRICS.flatMap(({ labelNames = [] }) => labelNames)
])

export function failure(text: string): Error {
  return new Error(`feathers-sync/prometheus: ${text}`)
}

/** @throws TypeError for a name that none of the options has, as the metrics would be registered elsewhere */
export function checkNames(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    const expected = 'an object of `register`, `prefix` and `labels`'
    throw new TypeError(
      `feathers-sync/prometheus: the options have to be ${expected}, and are ${inspect(options)}`
    )
  }
  const unknown = Object.keys(options).find((name) => !['register', 'prefix', 'labels'].includes(name))
  if (unknown !== undefined) {
    const expected = 'only `register`, `prefix` and `labels`'
    throw new TypeError(`feathers-sync/prometheus: there is no option ${inspect(unknown)}, ${expected}`)
  }
}

/** By what is needed of it: there may be two copies of the package. @throws TypeError for anything else */
export function checkRegister(register: unknown): void {
  const { registerMetric, getSingleMetric } = (register ?? {}) as Partial<Registry>
  if (typeof registerMetric !== 'function' || typeof getSingleMetric !== 'function') {
    throw new TypeError(
      `feathers-sync/prometheus: \`register\` has to be a Registry of prom-client, and is ${inspect(register, { depth: 0 })}`
    )
  }
}

/** @throws TypeError where no metric can have a name that begins so */
export function checkPrefix(prefix: unknown): asserts prefix is string {
  if (typeof prefix !== 'string' || !/^([a-zA-Z_:][\w:]*)?$/.test(prefix)) {
    const expected = 'letters, digits, _ and :, and no digit first'
    throw new TypeError(
      `feathers-sync/prometheus: \`prefix\` has to be ${expected}, and is ${inspect(prefix)}`
    )
  }
}

/** @throws TypeError for names or values that no label can have */
export function checkLabels(labels: unknown): asserts labels is Labels {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    throw new TypeError(
      `feathers-sync/prometheus: \`labels\` has to be an object of names and values, and is ${inspect(labels)}`
    )
  }
  for (const [name, value] of Object.entries(labels)) {
    const label = `feathers-sync/prometheus: the label ${inspect(name)}`
    if (!/^[a-zA-Z_]\w*$/.test(name) || name.startsWith('__'))
      throw new TypeError(`${label} has to be letters, digits and _, no digit and not __ first`)
    if (OWN_LABELS.has(name)) throw new TypeError(`${label} is one of the metrics' own: choose another name`)
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new TypeError(`${label} has to be a string or a number, and is ${inspect(value)}`)
  }
}
