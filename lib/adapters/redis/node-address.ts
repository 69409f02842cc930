/** A root node of a cluster, a Sentinel, or the options of one server, as node-redis takes them. */
export interface Node {
  readonly url?: string
  readonly socket?: Socket
  readonly host?: string
  readonly port?: number
}

interface Socket {
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly tls?: boolean
}

/** Of `redisOptions`, where servers are. */
interface Places extends Node {
  readonly rootNodes?: readonly Node[]
  readonly defaults?: Node
  readonly sentinelRootNodes?: readonly Node[]
  readonly sentinelClientOptions?: Node
}

const PORT = 6379

/** The URIs that stand for what `redisOptions` name, with their credentials; none where they name nothing. */
export function urisIn(redisOptions: object = {}): string[] | undefined {
  const { rootNodes, defaults, sentinelRootNodes, sentinelClientOptions, url, socket } =
    redisOptions as Places
  if (rootNodes) return rootNodes.map((node) => uriOf(node, defaults?.socket))
  if (sentinelRootNodes) return sentinelRootNodes.map((node) => uriOf(node, sentinelClientOptions?.socket))
  return url || socket?.host || socket?.path
    ? [uriOf({ ...(url && { url }), ...(socket && { socket }) })]
    : undefined
}

/** `host:port`, or the path of a socket. */
export function nodeAddress(node: Node): string {
  const uri = uriOf(node)
  return URL.canParse(uri) ? new URL(uri).host : (node.socket?.path ?? 'redis')
}

function uriOf({ url, socket, host, port }: Node, common: Socket = {}): string {
  if (url !== undefined) return url
  const all = { ...common, ...socket, ...(host && { host }), ...(port && { port }) }
  if (all.path !== undefined) return `unix:${all.path}`
  const name = all.host ?? 'localhost'
  return `${all.tls ? 'rediss' : 'redis'}://${name.includes(':') ? `[${name}]` : name}:${all.port ?? PORT}`
}
