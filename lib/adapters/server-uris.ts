/** Between two URIs of a list. */
const SEPARATOR = /\s*,\s*(?=[a-z][a-z0-9+.-]*:\/\/)/i

/** Up to the hosts, the hosts, and what follows them. */
const PARTS = /^(\s*[^:/?#]*:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s

/**
 * The URI of each server: of `['amqp://a', 'amqp://b']`, of the same as one comma-separated string, and of `amqp://user:pw@a,b/vhost`,
 * where several hosts have all else in common.
 */
export function serverUris(uri: string | readonly string[] | undefined): string[] {
  return [uri ?? []].flat().flatMap((part) => part.split(SEPARATOR).flatMap(hosts))
}

function hosts(uri: string): string[] {
  const [, before = '', names = '', after = ''] = PARTS.exec(uri) ?? []
  if (!names.includes(',')) return [uri]
  return names.split(',').map((name) => before + name.trim() + after)
}

/** `amqp://` alone: the driver's default, but nothing in a list. */
export function namesHost(uri: string): boolean {
  return !/^\s*[^:/?#]*:\/\/(?:[^/?#]*@)?\s*(?:[/?#]|$)/.test(uri)
}
