const UNENCODED =
  'has an @ behind its host: in a user name or password, / is written %2F, ? is %3F and # is %23'

/**
 * What is wrong with the URI of a server; completes "the `uri` option …". A driver would try it for ever, or connect to another
 * server.
 *
 * @param lists says where several servers are named
 */
export function serverUriProblem(uri: string, lists: string): string | undefined {
  const [, rest = ''] = /^\s*[^:]*:(.*)$/s.exec(uri) ?? []
  if (rest.trim() && !rest.startsWith('//')) return 'needs two slashes after its scheme'
  const host = /^\/\/(?:.*@)?([^/?#]*)/s.exec(rest)?.[1] ?? ''
  if (host.includes(',') || /^\/\/[^/?#]*@[^@]*,[^@]*@/.test(rest)) return `has to name one server: ${lists}`
  if (!URL.canParse(uri)) {
    if (/^\/\/.*[/?#].*@/s.test(rest)) return UNENCODED
    if (Number(/:(\d+)$/.exec(host)?.[1]) > 65_535) return 'has to have a port from 1 to 65535'
    return 'has to be a URI such as redis://localhost:6379'
  }
  const { username, password, pathname, search, hash, port } = new URL(uri)
  if (`${pathname}${search}${hash}`.includes('@')) {
    return UNENCODED
  }
  if (port === '0') return 'has the port 0'
  const isEncoded = [username, password, pathname].every((part) => decoded(part) !== undefined)
  return isEncoded ? undefined : 'is not percent-encoded correctly: % itself is written %25'
}

/** Its result has to be used: bundlers drop a call that only may throw. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
