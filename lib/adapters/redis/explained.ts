import { FLOOD } from '../connecting.js'
import { type Hints, withHint } from '../hints.js'

const NONE = 'is that a Redis server? By default it listens on port 6379'

const HINTS: Hints = [
  [
    /certificate required|bad certificate|handshake failure|unknown ca\b/i,
    'the server wants a certificate of this client: `redisOptions.socket` takes `cert` and `key`'
  ],
  [
    /altname|does not match certificate/i,
    "the host in the `uri` option has to be in the server's certificate, or its name be given as `redisOptions.socket.servername`"
  ],
  [/certificate has expired/i, "the server's certificate has to be renewed"],
  [
    /certificate|self.signed|unable to get (local )?issuer/i,
    "could not verify the server's certificate. The certificate of its authority is given as `redisOptions.socket.ca`, or to the " +
      'client that is handed in'
  ],
  [
    /wrong version number|packet length too long|EPROTO/i,
    'the server speaks no TLS on that port: the `uri` option has to start with redis:, or needs another port'
  ],
  [
    /DB index|SELECT is not allowed/i,
    'messages do not depend on the database: leave the path of the `uri` option out, and `redisOptions.database`'
  ],
  [
    /cluster support disabled/i,
    'that server is no node of a cluster: one server is named by the `uri` option, without `rootNodes`, and has a client that is ' +
      'no cluster'
  ],
  [
    /unknown command.{0,3}SENTINEL/i,
    '`sentinelRootNodes` has to name Sentinels, which by default listen on port 26379; one server is named by the `uri` option'
  ],
  [
    /No such master/i,
    'the Sentinels know no master by the `name` in `redisOptions`, which stands behind `sentinel monitor` in their configuration'
  ],
  [
    /Unknown RESP type|Protocol error|Unknown Protocol|the server does not answer/i,
    `${NONE}; one that speaks TLS on that port needs rediss:`
  ],
  [new RegExp(`${FLOOD}|disconnected before secure TLS`), NONE]
]

const NO_ANSWER =
  'nothing that speaks Redis has answered in time: host and port are those of the `uri` option, or of the client that is handed in, ' +
  'by default 6379; a slow server gets more time by `redisOptions: { socket: { connectTimeout: 20_000 } }`'

const SILENT =
  'does the server speak TLS on that port? Without TLS, the `uri` option has to start with redis:, and `redisOptions.socket` to have ' +
  'no `tls`'

const CUT = `${NONE}; if that port is for TLS, the \`uri\` option has to start with rediss: (in \`redisOptions.socket\`: \`tls: true\`)`

const VALUES = 'a value in `redisOptions` is none that the redis package can use'

/**
 * The error, with what to do about it where its text doesn't say.
 *
 * @param isTls whether TLS was asked for, if that is known
 */
export function explained(error: unknown, isTls: boolean | undefined): unknown {
  return withHint(error, HINTS, VALUES, (text) => hintOf(text, isTls))
}

/** Of a connection that ends without a reason, or never begins. */
function hintOf(text: string, isTls: boolean | undefined): string | undefined {
  if (/timeout|ETIMEDOUT/i.test(text)) return isTls ? SILENT : NO_ANSWER
  if (!/Socket closed|ECONNRESET|EPIPE|Connection is closed|the connection is lost/i.test(text))
    return undefined
  return isTls ? NONE : CUT
}
