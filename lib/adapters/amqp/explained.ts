import { reason } from '../../errors.js'
import { has } from '../adapter-options.js'
import { type Hints, withHint } from '../hints.js'

const OPTIONS = '`amqpConnectionOptions`'

const HINTS: Hints = [
  [
    /ConnectionOpenOk; got <ConnectionClose/,
    "the virtual host in the `uri` option doesn't exist, or its user has no access to it"
  ],
  [
    /PRECONDITION[_-]FAILED.*exchange/,
    'delete that exchange, or choose another `key`: it has to be fanout and not durable'
  ],
  [
    /frame size|Invalid frame|Bad frame|Expected ConnectionStart|Socket closed abruptly during opening handshake|disconnected before secure TLS|ECONNRESET|EPIPE/i,
    'is that an AMQP server? By default it listens on port 5672, with TLS (amqps:) on 5671; 15672 is its web page'
  ],
  [
    /wrong version number|packet length too long|EPROTO/i,
    'the server speaks no TLS on that port: the `uri` option has to start with amqp:, or needs another port (5671)'
  ],
  [
    /certificate required|handshake failure|bad certificate|unknown ca\b/i,
    `the server wants a certificate of this client: ${OPTIONS} takes \`cert\` and \`key\``
  ],
  [
    /self[- ]signed|unable to verify|unable to get (local )?issuer/i,
    `a certificate authority of your own is named by the \`ca\` of ${OPTIONS}`
  ],
  [
    /altname|does not match certificate/i,
    `the host in the \`uri\` option has to be in the server's certificate, or the \`servername\` of ${OPTIONS}`
  ],
  [/certificate has expired/i, "the server's certificate has to be renewed"],
  [
    /No channels left to allocate/,
    'two channels are needed, and a third one for a moment: `channelMax` of the connection has to allow them'
  ],
  [
    /connect ETIMEDOUT/,
    'nothing that speaks AMQP has answered in time: host and port are those of the `uri` option, by default 5672 without and 5671 ' +
      `with TLS (amqps:); a slow server gets more time by the \`timeout\` of ${OPTIONS}, in ms`
  ]
]

const VALUES = `a value in ${OPTIONS}, or in the query of the \`uri\` option, is none that amqplib can use`

/** Completes "the amqp adapter …". */
export const OVER =
  'needs an open connection, and the one in the `amqpConnection` option is closed for good: connect again and hand in the new one; ' +
  'with the option `recovery` of amqplib 2 a connection comes back after an outage by itself'

/** Has a connection that was handed in ended, and won't come back? */
export function isOver(connection: object, error: unknown): boolean {
  const text = reason(error)
  const { name, syscall } = { ...(error as NodeJS.ErrnoException), name: (error as Error)?.name }
  // One that recovers and is away has channels wait. It rejects when its owner has closed it, and with its last error when it gives up.
  if (has(connection, 'waitForConnect')) return text === 'Connection closed' || syscall === 'connect'
  return name === 'IllegalOperationError' && /^Connection clos/.test(text)
}

/** The error, with what to do about it where its text doesn't say. */
export function explained(error: unknown): unknown {
  return withHint(error, HINTS, VALUES)
}

/** The server gives queues another name each time: without it, a refusal that repeats has the same text. */
export function refusal(error: unknown): Error {
  return new Error(reason(error).replace(/\bamq\.gen-[\w-]+/g, 'amq.gen-*'), { cause: error })
}
