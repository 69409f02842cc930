import { certificateAdvice } from '../certificates.js'
import type { Place } from '../place.js'

type Advice = (place: Place, user: string) => string

const RABBIT = (key: string) => {
  const pattern = `'^(${key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}|amq\\.gen-.*)$'`
  return `${pattern} ${pattern} ${pattern}`
}

const CREDENTIALS: Advice = () =>
  'user name and password are those of the URI, special characters percent-encoded: / is written %2F, @ is %40'

/** What to change, by what drivers and servers say. The first that fits counts. */
const ADVICE: readonly [text: RegExp, advice: Advice][] = [
  [/ECONNREFUSED|no server listens/, () => 'start the server there, or correct host and port in the URI'],
  [
    /ENOTFOUND|EAI_AGAIN/,
    () => 'the name of the host is not known on this machine: correct it in the URI, or in DNS'
  ],
  [
    /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|has not connected within|did not answer in time/,
    () => 'does a firewall let this machine through to host and port of the URI?'
  ],
  [
    /NOPERM/,
    ({ key }, user) => `at the server: ACL SETUSER ${user} resetchannels &${key} +publish +subscribe +role`
  ],
  [/WRONGPASS|NOAUTH|invalid password|Login was refused|refused the credentials/i, CREDENTIALS],
  [
    /ACCESS[_-]REFUSED|write permission/,
    ({ key, options }, user) =>
      `at the server: rabbitmqctl set_permissions -p ${vhostOf(options.uri)} ${user} ${RABBIT(key)}`
  ],
  [
    /has not come back/,
    () =>
      'the broker takes messages and does not pass them on: is it a replica, or a part of a cluster that is cut off?'
  ]
]

/** What to change, where it is known. `npm install …` and much else stands in the text already. */
export function adviceFor(text: string, place: Place): string | undefined {
  const advice = ADVICE.find(([pattern]) => pattern.test(text))?.[1]
  return advice?.(place, userOf(place.options.uri)) ?? certificateAdvice(text)
}

function userOf(uri: Place['options']['uri']): string {
  const { username, password } = urlOf(uri)
  return (password && username && decodeURIComponent(username)) || '<user>' // a lone name may be a token
}

function vhostOf(uri: Place['options']['uri']): string {
  const vhost = decodeURIComponent(urlOf(uri).pathname.slice(1))
  return vhost || '/'
}

function urlOf(uri: Place['options']['uri']): { username: string; password: string; pathname: string } {
  const [first = ''] = [uri ?? []].flat()
  return URL.canParse(first) ? new URL(first) : { username: '', password: '', pathname: '' }
}
