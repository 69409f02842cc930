import { type Check, type OptionRules, object } from '../adapter-options.js'

/** What the NATS adapter takes. */
export interface NatsOptions {
  /** Options of nats.js's `connect`; `servers` is merged with `uri`. */
  natsConnectionOptions?: object
}

const natsConnectionOptions: Check = {
  test: (value) => object.test(value) && !(value as { noEcho?: unknown }).noEcho,
  expected: 'an object, and natsConnectionOptions.noEcho not set: an instance has to hear itself'
}

export const natsRules = {
  schemes: ['nats'],
  checks: { natsConnectionOptions }
} as const satisfies OptionRules
