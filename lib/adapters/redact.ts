import { serverUris } from './server-uris.js'

/**
 * A URI that may be shown: the password is left out, a lone user name too (with NATS it is a token), and the
 * query. What can't be parsed, or has its credentials in an odd place, is reduced to its scheme. Of a
 * list, each is shown so.
 */
export function redact(uri: string | readonly string[]): string {
  return serverUris(uri).map(redactOne).join(',')
}

function redactOne(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  // An unescaped slash in a password makes the rest of it a path: `redis://user:1/secret@host`.
  if (!url || /@|%40/i.test(url.pathname + url.search + url.hash)) {
    return `${/^[a-z][a-z0-9+.-]*:/i.exec(uri.trim())?.[0] ?? ''}***`
  }
  if (url.password) url.password = '***'
  else if (url.username) url.username = '***'
  if (url.search) url.search = '***'
  url.hash = ''
  return url.href
}
