import { type Check, has } from '../adapter-options.js'

/** Of `natsConnectionOptions`, what is checked: anything. */
interface Given {
  readonly servers?: unknown
  readonly port?: unknown
  readonly authenticator?: unknown
  readonly tls?: unknown
  readonly noEcho?: unknown
}

interface NatsRelated {
  readonly uri?: unknown
  readonly natsConnection?: unknown
  readonly natsConnectionOptions?: object
}

const NO_ECHO = 'an instance has to hear itself'

/** The rest is checked by `checkNatsOptions`. */
export const CONNECTION: Check = {
  test: (value) => typeof value === 'object' && value !== null,
  expected: 'a connection of nats 2 or @nats-io/transport-node 3, as await connect() returns it'
}

const METHODS = ['publish', 'subscribe', 'flush', 'isClosed', 'closed', 'status']

/** @throws TypeError that names the option, and says what to write instead */
export function checkNatsOptions({ natsConnection, natsConnectionOptions, uri }: NatsRelated): void {
  if (natsConnectionOptions) checkConnectionOptions(natsConnectionOptions, uri)
  if (natsConnection === undefined) return
  checkConnection(natsConnection)
  if (natsConnectionOptions) {
    throw wrong(
      'natsConnectionOptions',
      'has no effect on `natsConnection`, which is connected already: leave one of them out'
    )
  }
  if (typeof uri === 'string' ? /\/\/./.test(uri) : uri !== undefined) {
    throw wrong(
      'uri',
      'has no effect on `natsConnection`, which is connected already: write sync.nats({ natsConnection }), without it'
    )
  }
}

function checkConnection(connection: unknown): void {
  if (has(connection, 'then')) {
    throw wrong('natsConnection', 'has to be a connection, got a promise: await what connect() returns')
  }
  if (!has(connection, ...METHODS))
    throw wrong('natsConnection', `has to be ${CONNECTION.expected}, got another object`)
  const { options } = connection as { options?: Given }
  if (options?.noEcho) throw wrong('natsConnection', `has to be made without \`noEcho\`: ${NO_ECHO}`)
  if ((connection as { isClosed(): boolean }).isClosed()) {
    throw wrong(
      'natsConnection',
      'has to be open, got one that is closed: connect again, and hand in the new connection'
    )
  }
}

function checkConnectionOptions({ servers, port, authenticator, tls, noEcho }: Given, uri: unknown): void {
  if (noEcho) throw wrong('natsConnectionOptions.noEcho', `has to be left out: ${NO_ECHO}`)
  const list = servers === undefined ? [] : [servers].flat()
  if (!list.every(isServer)) {
    throw wrong(
      'natsConnectionOptions.servers',
      "has to be a server or an array of servers, such as ['nats.example.com:4222', 'tls://user:password@10.0.0.1:4222']"
    )
  }
  if (port !== undefined && (list.length > 0 || /\/\/./.test(String(uri ?? '')))) {
    throw wrong(
      'natsConnectionOptions.port',
      'is for a server on this machine: write the port behind the host, in `uri` or `servers`'
    )
  }
  if (authenticator !== undefined && ![authenticator].flat().every((one) => typeof one === 'function')) {
    throw wrong(
      'natsConnectionOptions.authenticator',
      "has to be a function, such as credsAuthenticator(await readFile('user.creds')) of the nats package returns"
    )
  }
  if (typeof tls === 'string') {
    throw wrong(
      'natsConnectionOptions.tls',
      "has to be an object such as { caFile: '/path/to/ca.pem' }, got a string"
    )
  }
}

/** `host`, `host:port`, `nats://…` or `tls://…` */
function isServer(value: unknown): boolean {
  if (typeof value !== 'string' || /[\s,]/.test(value.trim())) return false
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase()
  return scheme === undefined ? value !== '' : (scheme === 'nats' || scheme === 'tls') && URL.canParse(value)
}

function wrong(option: string, text: string): TypeError {
  return new TypeError(`feathers-sync: the \`${option}\` option ${text}`)
}
