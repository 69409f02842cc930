import { reason, SyncError, type SyncErrorKind } from '../../errors.js'
import { FLOOD } from '../connecting.js'
import type { NatsServer } from './servers.js'

/** Why a server could not be connected to, and which option changes that. */
export interface Failure {
  /** `connect` is tried again, the others are permanent. */
  readonly kind: SyncErrorKind
  readonly text: string
  readonly cause: unknown
}

const TLS = '`natsConnectionOptions: { tls: ... }`'

/** Something else is there now. The server may be there the next moment: so it is tried again. */
const isNone = (did: string) => (address: string) =>
  `${address} ${did}: is that a NATS server? Host and port for clients are those of \`uri\`, by default 4222`

const EXPLANATIONS: [pattern: RegExp, kind: Failure['kind'], text: (address: string) => string][] = [
  [
    /authorization violation|authentication expired|BAD_AUTHENTICATION/i,
    'auth',
    (address) =>
      `${address} refused the credentials: they are those of its entry in \`uri\`, or \`user\` and \`pass\`, ` +
      '`token` or `authenticator` of `natsConnectionOptions`'
  ],
  // of the driver, where the connection was made and ended without a reason
  [
    /undefined error|Socket closed|disconnected before secure TLS|ECONNRESET|EPIPE|socket hang up/i,
    'connect',
    isNone('takes connections and closes them at once')
  ],
  [/unexpected response from server/, 'connect', isNone('says what no NATS server says')],
  [new RegExp(FLOOD), 'connect', isNone('sends without end what is no answer')],
  [
    /connection.?refused|ECONNREFUSED/i,
    'connect',
    (address) => `no server listens at ${address}: host and port are those of \`uri\``
  ],
  [
    /^timeout$/i,
    'connect',
    (address) =>
      `${isNone('did not answer in time, though a NATS server speaks first')(address)}; ` +
      'a slow server gets more time by `natsConnectionOptions: { timeout: 20_000 }`, and one that begins with TLS is ' +
      'connected to with `natsConnectionOptions: { tls: { handshakeFirst: true } }`'
  ],
  [
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    'connect',
    (address) => `the certificate of ${address} is not valid now: the server needs a new one`
  ],
  [
    /UNABLE_TO_(VERIFY|GET)|SELF_SIGNED|self.signed/,
    'options',
    (address) =>
      `the certificate of ${address} is not trusted: name the file of its CA by ` +
      "`natsConnectionOptions: { tls: { caFile: '/path/to/ca.pem' } }`"
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    'options',
    (address) =>
      `the certificate of ${address} is for another name: use that name in \`uri\`, or give it by ` +
      "`natsConnectionOptions: { tls: { servername: 'nats.example.com' } }`"
  ],
  [
    /ALERT_(BAD_CERTIFICATE|CERTIFICATE_REQUIRED|UNKNOWN_CA|CERTIFICATE_UNKNOWN)/,
    'options',
    (address) =>
      `${address} wants a certificate of the client that it trusts: name its files by ` +
      "`natsConnectionOptions: { tls: { certFile: '/path/to/cert.pem', keyFile: '/path/to/key.pem' } }`"
  ],
  [
    /doesn't exist|PEM|OSSL/,
    'options',
    () => `${TLS} can't be used: \`caFile\`, \`certFile\` and \`keyFile\` are the names of PEM files`
  ],
  [
    /wrong version number|packet length too long|EPROTO/i,
    'connect',
    (address) =>
      `${address} does not begin with TLS: leave out \`handshakeFirst\` of ${TLS}, or name another port`
  ],
  [
    /certFile/, // of the driver: it reads options that are null
    'options',
    (address) => `${address} requires TLS: leave out \`natsConnectionOptions: { tls: null }\``
  ],
  [
    /^tls$|'tls'/,
    'options',
    (address) =>
      `${address} has no TLS: write \`nats://\` for \`tls://\` in \`uri\`, and leave out ${TLS}, or configure TLS at the server`
  ]
]

/** What the driver's error means, by what is the same in all versions of both: codes of Node and texts. */
export function explained(error: unknown, { address }: NatsServer): Failure {
  if (error instanceof SyncError) return { kind: error.kind, text: error.message, cause: error }
  const texts = [error, (error as Error)?.cause, (error as { chainedError?: unknown })?.chainedError]
    .filter((one) => one !== undefined)
    .flatMap((one) => [reason(one), String((one as NodeJS.ErrnoException)?.code ?? '')])
  const found = EXPLANATIONS.find(([pattern]) => texts.some((text) => pattern.test(text)))
  if (!found) return { kind: 'connect', text: `${address} could not be connected to`, cause: error }
  const [, kind, text] = found
  return { kind, text: text(address), cause: error }
}

/** Of several servers: one that may be there again decides, and all texts are told. */
export function together(failures: readonly Failure[]): Failure {
  const temporary = failures.find(({ kind }) => kind === 'connect')
  const decisive = temporary ?? failures.at(-1)
  if (!decisive || failures.length === 1)
    return decisive ?? { kind: 'connect', text: 'no server', cause: undefined }
  const texts = failures.map(({ text, cause }) => `${text} (${reason(cause)})`)
  return { ...decisive, text: texts.sort().join('; ') }
}
