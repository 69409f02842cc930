import { isIP } from 'node:net'

/** A server of NATS, as it was given or announced. */
export interface NatsServer {
  readonly host: string
  /** With the port. */
  readonly address: string
  /** It has to speak TLS. */
  readonly tls: boolean
  /** The name in its certificate, where that is not `host`. */
  readonly servername?: string | undefined
  readonly credentials: Credentials
}

const DEFAULT_PORT = 4222

/** As the drivers take them. */
export interface Credentials {
  user?: string
  pass?: string
  token?: string
}

/** @returns nothing for a URI that names no host: `nats://` */
function serverIn(text: string): NatsServer | undefined {
  const { protocol, hostname, port, username, password } = new URL(withScheme(text.trim()))
  if (!hostname) return undefined
  const user = decodeURIComponent(username)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    address: `${hostname}:${port || DEFAULT_PORT}`,
    tls: protocol === 'tls:',
    credentials: credentials(user, decodeURIComponent(password))
  }
}

export function serversIn(texts: readonly string[]): NatsServer[] {
  return texts.map(serverIn).filter((server) => server !== undefined)
}

/** What a server says of its cluster: its addresses, to be used as that server is. */
export function announcedBy(
  server: NatsServer,
  addresses: readonly string[],
  encrypted: boolean
): NatsServer[] {
  const name = isIP(server.host) ? server.servername : server.host
  return serversIn(addresses).map(({ host, address }) => {
    const servername = encrypted && isIP(host) ? name : undefined
    return { host, address, tls: encrypted, servername, credentials: server.credentials }
  })
}

/** The first of each address. */
export function distinct(servers: readonly NatsServer[]): NatsServer[] {
  const addresses = servers.map(({ address }) => address)
  return servers.filter(({ address }, index) => addresses.indexOf(address) === index)
}

/** A lone user name is a token, as for the nats command. */
function credentials(user: string, pass: string): Credentials {
  if (pass) return { user, pass }
  return user ? { token: user } : {}
}

function withScheme(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text
  return `nats://${isIP(text) === 6 ? `[${text}]` : text}`
}

/** Where a server is if nothing names one. */
export function localServer(port = DEFAULT_PORT): NatsServer {
  return { host: '127.0.0.1', address: `127.0.0.1:${port}`, tls: false, credentials: {} }
}
