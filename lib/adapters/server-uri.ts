const UNENCODED =
  'has an @ behind its host: in a user name or password, / is written %2F, ? is %3F and # is %23'

const COMMA =
  'has a comma that may stand between two servers or belong to one: each server is a whole URI, as in nats://a,nats://b, and in a ' +
  'user name, password or path a comma is written %2C'

/**
 * What is wrong with the URI of a server; completes "the `uri` option …". A driver would try it for ever, or connect to another
 * server.
 *
 * @param oneServer says what to do instead of naming several, where `uri` is no list
 */
export function serverUriProblem(uri: string, oneServer?: string): string | undefined {
  const rest = /^\s*[^:]*:(.*)$/s.exec(uri)?.[1] ?? ''
  if (rest.trim() && !rest.startsWith('//')) return 'needs two slashes after its scheme'
  const host = /^\/\/(?:.*@)?([^/?#]*)/s.exec(rest)?.[1] ?? ''
  if (oneServer === undefined) {
    if (isAmbiguous(rest)) return COMMA
  } else if (host.includes(',') || /^\/\/[^/?#]*@[^@]*,[^@]*@/.test(rest)) {
    return `has to name one server: ${oneServer}`
  }
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

/** Could a server be named before a comma? After `user:`, what can't be a port is a password. */
function isAmbiguous(rest: string): boolean {
  const [, userInfo = '', after = ''] = /^\/\/(?:([^/?#]*)@)?(.*)$/s.exec(rest) ?? []
  const isServer = /^(\[[^,]*\]|[^:,]*)(:\d*)?\s*,/.test(userInfo) || /@[^@]*,|,[^@]*@/.test(userInfo)
  return isServer || after.includes(',')
}

/** Its result has to be used: bundlers drop a call that only may throw. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
