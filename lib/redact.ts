/**
 * A URI that may be shown: the password is left out, a lone user name too (with NATS it is a token), and the
 * query. What can't be parsed is reduced to its scheme.
 */
export function redact(uri: string): string {
  let url: URL
  try {
    url = new URL(uri)
  } catch {
    return `${/^[a-z][a-z0-9+.-]*:/i.exec(uri)?.[0] ?? ''}***`
  }
  if (url.password) url.password = '***'
  else if (url.username) url.username = '***'
  if (url.search) url.search = '***'
  url.hash = ''
  return url.href
}
