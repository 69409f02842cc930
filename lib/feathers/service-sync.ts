import { servicePath } from '../message/service-path.js'
import type { ServiceEventName, ServicePath } from '../message/service-types.js'

/** Which events of a service are shared with other instances. */
export interface EventChoice<Event extends string = string> {
  /** `false`: events that are made here are not sent. Default: true */
  send?: boolean | undefined
  /** `false`: events of other instances are not delivered here. Default: true */
  receive?: boolean | undefined
  /** Only these are sent and delivered. Default: all events of the service */
  events?: readonly Event[] | undefined
}

/** `true`: all events of a service are shared, `false`: none. */
export type ServiceSync<Event extends string = string> = boolean | EventChoice<Event>

/** By the path of the service; `*` is for the services that say nothing themselves. */
export type ServicesSync<Services = unknown> = {
  readonly [Path in ServicePath<Services> | '*']?: ServiceSync<
    Path extends '*' ? NameOfAny<Services> : ServiceEventName<Services, Path>
  >
}

type NameOfAny<Services> = {
  [Path in ServicePath<Services>]: ServiceEventName<Services, Path>
}[ServicePath<Services>]

export const EXPECTED =
  'true, false or an object with `send`, `receive` (true or false) and `events` (a list of names)'

/** What can't be used of a `ServiceSync`: completes "got …", and shows no content. Undefined: it can be used. */
export function wrongSync(value: unknown): string | undefined {
  if (typeof value === 'boolean') return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return typeOf(value)
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined && NAMES.includes(name)) continue
    if (!NAMES.includes(name)) return `an object with the unknown name \`${name}\``
    if (name === 'events' ? !isListOfNames(one) : typeof one !== 'boolean') {
      return `an object whose \`${name}\` is ${Array.isArray(one) ? 'a list with something else than a name' : typeOf(one)}`
    }
  }
  return undefined
}

/** The first path of a `ServicesSync` whose value can't be used, or which names a service that another one names, and what it is. */
export function wrongServices(services: object): [path: string, got: string] | undefined {
  const paths = new Set<string>()
  for (const [path, value] of Object.entries(services)) {
    const name = servicePath(path)
    if (paths.has(name)) return [path, 'a second choice of one service']
    paths.add(name)
    const got = value === undefined ? undefined : wrongSync(value)
    if (got !== undefined) return [path, got]
  }
  return undefined
}

const NAMES = ['send', 'receive', 'events']

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
