/** Options of one server, which the driver ignores for a cluster and for Sentinels. */
const OF_A_SERVER = [
  'url',
  'socket',
  'username',
  'password',
  'database',
  'credentialsProvider',
  'pingInterval'
]

/** The options that are looked at. */
export interface TopologyOptions {
  uri?: unknown
  redisOptions?: object
}

interface Given {
  rootNodes?: unknown
  sentinelRootNodes?: unknown
  name?: unknown
}

/**
 * What is wrong with the options of several servers, and what to write instead.
 *
 * @param hasClient whether a client was handed in
 */
export function topologyProblem(options: TopologyOptions, hasClient: boolean): string | undefined {
  const given: Given = options.redisOptions ?? {}
  if (given.rootNodes !== undefined && given.sentinelRootNodes !== undefined) {
    return '`redisOptions` has `rootNodes`, of a cluster, and `sentinelRootNodes`, of Sentinels: leave one of them out'
  }
  for (const name of ['rootNodes', 'sentinelRootNodes'] as const) {
    if (given[name] !== undefined) return problemOf(name, given, options.uri, hasClient)
  }
  return undefined
}

function problemOf(
  name: 'rootNodes' | 'sentinelRootNodes',
  given: Given,
  uri: unknown,
  hasClient: boolean
): string | undefined {
  const option = `\`redisOptions.${name}\``
  const isCluster = name === 'rootNodes'
  const example = isCluster ? "[{ url: 'redis://host:6379' }]" : "[{ host: 'host', port: 26379 }]"
  const nodes = given[name]
  if (!Array.isArray(nodes) || nodes.length === 0 || !nodes.every((node) => isNode(node, isCluster)))
    return `${option} has to be an array such as ${example}`
  if (hasClient) return `${option} and \`redisClient\` are two clients: leave one of them out`
  if (uri !== undefined) return `${option} and \`uri\` name two places: leave \`uri\` out`
  if (!isCluster && (typeof given.name !== 'string' || given.name === ''))
    return `${option} needs the name of the primary beside it, as the Sentinels know it: \`redisOptions: { name: 'mymaster', sentinelRootNodes }\``
  const place = isCluster ? 'defaults' : 'nodeClientOptions'
  const stray = OF_A_SERVER.find((one) => one in given)
  return (
    stray && `\`redisOptions.${stray}\` has no effect beside ${option}: write it in \`redisOptions.${place}\``
  )
}

function isNode(node: unknown, isCluster: boolean): boolean {
  if (typeof node !== 'object' || node === null) return false
  const { url, socket, host, port } = node as Record<string, unknown>
  return isCluster
    ? typeof url === 'string' || (typeof socket === 'object' && socket !== null)
    : typeof host === 'string' && typeof port === 'number'
}
