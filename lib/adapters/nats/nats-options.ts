import { type Check, type OptionRules, object } from '../adapter-options.js'
import { serverUriProblem } from '../server-uri.js'
import type { NatsConnectionLike } from './nats-connection.js'
import { CONNECTION, checkNatsOptions } from './nats-option-checks.js'

/** What the NATS adapter takes. */
export interface NatsOptions {
  /** Options of nats.js's `connect`; `servers` is merged with `uri`. */
  natsConnectionOptions?: object
  /**
   * A connection of yours, of `nats` 2 or `@nats-io/transport-node` 3, in place of `uri` and `natsConnectionOptions`. It is
   * subscribed on, and neither drained nor closed.
   */
  natsConnection?: NatsConnectionLike
}

/** The server's `max_control_line` is 4096 bytes, of which a subject is a part. */
const MAX_SUBJECT = 4000

/** A space would make the rest of it the name of a queue group, in which each message reaches one instance only. */
const subject: Check = {
  test: (value) =>
    typeof value === 'string' &&
    !/[\s\p{Cc}*>]|^\$|^\.|\.\.|\.$/u.test(value) &&
    Buffer.byteLength(value) <= MAX_SUBJECT,
  expected:
    'a NATS subject: without spaces, control characters, * and >, with something before, between and after its ' +
    `dots, not beginning with $, and of at most ${MAX_SUBJECT} bytes`
}

/** Of nats.js's `connect`. */
const NAMES = [
  ...[
    'servers',
    'port',
    'name',
    'user',
    'pass',
    'token',
    'authenticator',
    'tls',
    'timeout',
    'debug',
    'verbose'
  ],
  ...['pedantic', 'noEcho', 'noRandomize', 'noAsyncTraces', 'resolve', 'inboxPrefix', 'ignoreClusterUpdates'],
  ...['ignoreAuthErrorAbort', 'pingInterval', 'maxPingOut', 'reconnect', 'maxReconnectAttempts'],
  ...[
    'reconnectTimeWait',
    'reconnectJitter',
    'reconnectJitterTLS',
    'reconnectDelayHandler',
    'reconnectToServer',
    'waitOnFirstConnect'
  ]
]

export const natsRules = {
  schemes: ['nats', 'tls'],
  checks: { natsConnectionOptions: object, natsConnection: CONNECTION },
  key: subject,
  uriProblem: serverUriProblem,
  names: { natsConnectionOptions: NAMES },
  check: checkNatsOptions
} as const satisfies OptionRules
