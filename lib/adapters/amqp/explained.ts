import { reason } from '../../errors.js'

const TLS_OPTIONS = '`amqpConnectionOptions`'

/** What drivers and servers say, and what to do about it where they don't. */
const HINTS: readonly [text: RegExp, hint: string][] = [
  [
    /ConnectionOpenOk; got <ConnectionClose/,
    "the virtual host in the `uri` option doesn't exist, or its user has no access to it"
  ],
  [
    /PRECONDITION[_-]FAILED.*exchange/,
    'delete that exchange, or choose another `key`: it has to be fanout and not durable'
  ],
  [
    /frame size|Invalid frame|Bad frame|Expected ConnectionStart|Socket closed abruptly during opening handshake/i,
    'is that an AMQP server? By default it listens on port 5672, with TLS (amqps:) on 5671; 15672 is its web page'
  ],
  [
    /wrong version number|packet length too long|EPROTO/i,
    'the server speaks no TLS on that port: the `uri` option has to start with amqp:, or needs another port (5671)'
  ],
  [
    /certificate required|handshake failure|bad certificate|unknown ca\b/i,
    `the server wants a certificate of this client: ${TLS_OPTIONS} takes \`cert\` and \`key\``
  ],
  [
    /self[- ]signed|unable to verify|unable to get (local )?issuer/i,
    `a certificate authority of your own is named by the \`ca\` of ${TLS_OPTIONS}`
  ],
  [
    /altname|does not match certificate/i,
    `the host in the \`uri\` option has to be in the server's certificate, or the \`servername\` of ${TLS_OPTIONS}`
  ],
  [/certificate has expired/i, "the server's certificate has to be renewed"]
]

/** The error, with what to do about it where its text doesn't say. */
export function explained(error: unknown): unknown {
  const text = reason(error)
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1]
  return hint === undefined ? error : new Error(`${text}; ${hint}`, { cause: error })
}
