/** The options that are looked at, all of the right type. */
export interface PlaceOptions {
  uri?: unknown
  redisClient?: object
  db?: object
  redisOptions?: object
}

/** What is wrong with options of which one would silently win over the other, and what to write instead. */
export function placeProblem({ uri, redisClient, db, redisOptions = {} }: PlaceOptions): string | undefined {
  if (redisClient && db && redisClient !== db)
    return '`redisClient` and `db` are two clients: leave one of them out'
  const names = Object.keys(redisOptions).filter((name) => name !== 'return_buffers') // of feathers-sync 3
  if ((redisClient || db) && names.length > 0) {
    const client = redisClient ? 'redisClient' : 'db'
    return `\`redisOptions\` has no effect on \`${client}\`, which is made already: give them to that client, and leave \`redisOptions\` out`
  }
  return typeof uri === 'string' && URL.canParse(uri) ? besides(new URL(uri), redisOptions) : undefined
}

/** What the driver takes from the URI although an option says something else, or the other way round. */
function besides(uri: URL, redisOptions: object): string | undefined {
  if (!uri.hostname) return undefined // it only names the adapter
  const { url, socket, ...options } = redisOptions as { url?: unknown; socket?: Record<string, unknown> }
  if (url !== undefined && !isSame(url, uri)) return twice('url', 'two places')
  const [user, password] = [uri.username, uri.password].map(decodeURIComponent)
  const { host, port, path } = socket ?? {}
  if (path !== undefined || differs(host, hostOf(uri)))
    return twice(path ? 'socket.path' : 'socket.host', 'two places')
  if (differs(port, uri.port)) return twice('socket.port', 'two ports')
  const { username, password: other, credentialsProvider, database } = options as Record<string, unknown>
  if (differs(username, user)) return twice('username', 'two users')
  if (differs(other, password)) return twice('password', 'two passwords')
  if (differs(credentialsProvider, user || password)) return twice('credentialsProvider', 'two logins')
  return differs(database, uri.pathname.slice(1)) ? twice('database', 'two databases') : undefined
}

function twice(name: string, what: string): string {
  return `\`redisOptions.${name}\` and \`uri\` name ${what}: write the one that is meant in \`uri\`, and leave \`redisOptions.${name}\` out`
}

/** Whether both are given, and not the same. */
function differs(option: unknown, part: string | undefined): boolean {
  return option !== undefined && !!part && String(option) !== part
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function isSame(url: unknown, uri: URL): boolean {
  return typeof url === 'string' && URL.canParse(url) && new URL(url).href === uri.href
}
