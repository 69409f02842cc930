import { inspect } from 'node:util'
import { servicePath } from '../message/service-path.js'
import { EXPECTED, type ServiceSync, type ServicesSync, wrongSync } from './service-sync.js'

/** What was said of a service, or of the rest. */
interface Rule {
  readonly send: boolean
  readonly receive: boolean
  /** Undefined: all. */
  readonly events: ReadonlySet<string> | undefined
}

const REST = '*'

/**
 * Which events of which services are shared. What `services` says of a path by name comes first, as it is this instance's own, then
 * what `app.use` was given with the service, then what `services` says of the rest.
 */
export class Choices {
  /** Whether there is anything that is not sent. Until then nothing else is to be called for an event. */
  limitsSending = false
  /** Whether there is anything that is not delivered. */
  limitsReceiving = false
  readonly #named = new Map<string, Rule>()
  /** By path, of services that were given a choice with `app.use`. */
  readonly #used = new Map<string, Rule>()
  readonly #rest: Rule | undefined

  constructor(services: ServicesSync = {}) {
    for (const [path, choice] of Object.entries(services)) {
      if (choice !== undefined)
        this.#named.set(path === REST ? REST : servicePath(path), this.#ruleOf(choice))
    }
    this.#rest = this.#named.get(REST)
    this.#named.delete(REST)
  }

  /**
   * Takes the `sync` option of a service that is at `path` from now on.
   *
   * @param known the names of its events
   * @throws TypeError for what can't be used of it, or of what `services` says of the path
   */
  use(path: string, choice: unknown, known: ReadonlySet<string>): void {
    const named = this.#named.get(path)
    if (named) refuseUnknown(named, `the \`services\` option, for '${path}',`, known)
    if (choice === undefined) {
      this.#used.delete(path)
      return
    }
    const option = `the \`sync\` option of the service '${path}'`
    const got = wrongSync(choice)
    if (got !== undefined) throw new TypeError(`feathers-sync: ${option} has to be ${EXPECTED}, got ${got}`)
    const rule = this.#ruleOf(choice as ServiceSync)
    refuseUnknown(rule, option, known)
    this.#used.set(path, rule)
  }

  maySend(path: string, event: string): boolean {
    const rule = this.#ruleAt(path)
    return rule === undefined || (rule.send && includes(rule, event))
  }

  /** Names that are none are for others to report. */
  mayReceive(path: unknown, event: unknown): boolean {
    if (typeof path !== 'string' || typeof event !== 'string') return true
    const rule = this.#ruleAt(path)
    return rule === undefined || (rule.receive && includes(rule, event))
  }

  /** Why an event is excluded, for people. */
  reason(path: string): string {
    const isUsed = !this.#named.has(path) && this.#used.has(path)
    return isUsed ? 'as the `sync` option of the service excludes it' : 'as the `services` option excludes it'
  }

  #ruleAt(path: string): Rule | undefined {
    return this.#named.get(path) ?? this.#used.get(path) ?? this.#rest
  }

  #ruleOf(choice: ServiceSync): Rule {
    const {
      send = true,
      receive = true,
      events
    } = typeof choice === 'boolean' ? { send: choice, receive: choice } : (choice as Partial<Rule>)
    if (!send || events) this.limitsSending = true
    if (!receive || events) this.limitsReceiving = true
    return { send, receive, events: events && new Set(events) }
  }
}

function includes({ events }: Rule, event: string): boolean {
  return events === undefined || events.has(event)
}

/** @throws TypeError that names those that there are */
function refuseUnknown({ events = new Set() }: Rule, option: string, known: ReadonlySet<string>): void {
  for (const event of events) {
    if (known.has(event)) continue
    const names = [...known].map((name) => inspect(name)).join(', ')
    throw new TypeError(
      `feathers-sync: ${option} names the event ${inspect(event)}, which is none of ` +
        (known.size > 0
          ? `those that the service has: ${names}. Custom ones are declared by \`events\` in app.use()`
          : 'those that are shared: events of an authentication service never are')
    )
  }
}
