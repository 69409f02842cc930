import { serverUriProblem } from '../server-uri.js'
import { serverUris } from '../server-uris.js'

/** How long the servers may take to be found, in ms. */
const TIMEOUT = 5000

/** One server: where it is, and what only its connection needs. */
export interface AmqpServer {
  readonly uri: string
  readonly options?: object
}

type Found = string | { url: string; connectionOptions?: object }

/** As amqp-connection-manager takes it: returns one or several, at once or as a promise, or passes them to a callback. */
export type FindServers = (
  /** Of Node: an error or null, and what was found; or what was found alone. */
  callback: (error: unknown, servers?: Found | readonly Found[]) => void
) => Found | readonly Found[] | Promise<Found | readonly Found[]> | undefined

/**
 * Calls `findServers`.
 *
 * @throws Error where it fails, takes too long, or what it finds can't be used; nothing of that is shown
 */
export async function findServers(find: FindServers, signal: AbortSignal): Promise<AmqpServer[]> {
  const found = await new Promise<unknown>((resolve, reject) => {
    const failed = (cause: unknown) => reject(problem('failed', cause))
    const timer = setTimeout(() => failed(new Error(`timeout: nothing within ${TIMEOUT} ms`)), TIMEOUT)
    signal.addEventListener('abort', () => failed(signal.reason), { once: true })
    const settle = (action: () => void) => {
      clearTimeout(timer)
      action()
    }
    const call = async () =>
      find((error, servers) => {
        const isAlone = servers === undefined && !(error instanceof Error)
        settle(() => (error && !isAlone ? failed(error) : resolve(servers ?? error)))
      })
    // Who takes a callback may return anything else.
    const isFound = (value: unknown) => find.length === 0 || typeof value === 'string' || Array.isArray(value)
    call().then(
      (servers) => isFound(servers) && settle(() => resolve(servers)),
      (error) => settle(() => failed(error))
    )
  })
  const servers = [found].flat().flatMap(serversOf)
  if (servers.length === 0) throw problem('has found none')
  return servers
}

function serversOf(found: unknown): AmqpServer[] {
  const server = typeof found === 'object' && found !== null ? found : { url: found }
  const { url, connectionOptions } = server as { url?: unknown; connectionOptions?: object }
  if (typeof url !== 'string') {
    throw problem(
      "has to return URIs, such as ['amqp://one', 'amqp://two'], or { url, connectionOptions } of each"
    )
  }
  return serverUris(url).map((uri) => {
    if (!/^amqps?:/i.test(uri)) throw problem('has to return URIs that start with amqp: or amqps:')
    const wrong = serverUriProblem(uri)
    if (wrong) throw problem(`returned a URI that ${wrong}`)
    return { uri, ...(connectionOptions && { options: connectionOptions }) }
  })
}

function problem(text: string, cause?: unknown): Error {
  const error = cause === undefined ? {} : { cause }
  return new Error(
    `\`amqpConnectionOptions.findServers\` ${text}${cause instanceof Error ? `: ${cause.message}` : ''}`,
    error
  )
}
