/** A record that has `bytes` bytes as JSON, more or less. */
export function record(bytes: number): Record<string, unknown> {
  const fields = {
    userId: '65f1c0ffee65f1c0ffee65f1',
    roomId: 42,
    createdAt: '2026-01-31T12:34:56.789Z',
    isRead: false
  }
  const text = 'Lorem ipsum dolor sit amet. '
  const room = bytes - JSON.stringify({ ...fields, text: '' }).length
  return { ...fields, text: text.repeat(Math.ceil(room / text.length)).slice(0, room) }
}

/** The `params` of a call over a websocket, as Feathers makes them for a browser whose user has logged in. */
export function websocketParams(): Record<string, unknown> {
  const accessToken = `${'eyJhbGciOiJIUzI1NiIsInR5cCI6ImFjY2VzcyJ9'}.${'eyJpYXQiOjE3'.repeat(12)}.${'a1B2'.repeat(11)}`
  const connection = {
    provider: 'socketio',
    headers: {
      host: 'chat.example.com',
      connection: 'Upgrade',
      upgrade: 'websocket',
      origin: 'https://chat.example.com',
      pragma: 'no-cache',
      'cache-control': 'no-cache',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0',
      'accept-encoding': 'gzip, deflate, br',
      'accept-language': 'en-GB,en;q=0.9',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
      cookie: `session=${accessToken}`
    },
    authenticated: true,
    authentication: { strategy: 'jwt', accessToken, payload: { sub: '65f1c0ffee', iss: 'feathers' } },
    user: {
      id: '65f1c0ffee65f1c0ffee65f1',
      email: 'somebody@example.com',
      name: 'Some Body',
      password: `$2a$10$${'abcdefgh'.repeat(7)}`,
      roles: ['user']
    }
  }
  return { query: {}, route: {}, connection, ...connection }
}

/** What of such params is to travel. */
export function trimmed({
  connection: _,
  authentication: __,
  headers,
  user,
  ...params
}: Params): Record<string, unknown> {
  const { cookie: ___, ...publicHeaders } = headers ?? {}
  const { password: ____, ...publicUser } = user ?? {}
  return { ...params, ...(headers && { headers: publicHeaders }), ...(user && { user: publicUser }) }
}

interface Params extends Record<string, unknown> {
  headers?: Record<string, unknown>
  user?: Record<string, unknown>
}
