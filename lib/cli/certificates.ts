import { printable } from './text.js'

const NO_CLIENT_CERTIFICATE =
  'commands have no client certificate. Use a port of the broker that does not require one, or a TLS proxy on this machine that has it'

/** What to do about a certificate: the texts of adapters name options that commands do not have. */
const ADVICE: readonly [text: RegExp, advice: string][] = [
  [
    /certificate required|bad certificate|handshake failure|unknown ca\b|wants a certificate of the client/i,
    NO_CLIENT_CERTIFICATE
  ],
  [
    // Who requires one may have cut the connection before it has said so.
    /(rediss|valkeys|amqps|tls):.*(ECONNRESET|EPIPE|closed unexpectedly)/,
    `the log of the server says why it cut the connection. If it requires a client certificate: ${NO_CLIENT_CERTIFICATE}`
  ],
  [
    /altname|does not match certificate/i,
    'name the host in the URI as the certificate of the server names it'
  ],
  [
    /self[- ]signed|unable to (verify|get)/i,
    'name the file with the certificate of its authority (PEM) in the environment variable NODE_EXTRA_CA_CERTS of this command'
  ]
]

export function certificateAdvice(text: string): string | undefined {
  return ADVICE.find(([pattern]) => pattern.test(text))?.[1]
}

/** An error of a connection, as it is written: where it is about a certificate, with a second line. */
export function complaint(text: string): string {
  const advice = certificateAdvice(text)
  return `${printable(text)}${advice ? `\n→ ${advice}` : ''}`
}
