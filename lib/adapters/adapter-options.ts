/** What an adapter sees of the options of `sync()`: where the broker is, its own options, and nothing of the application. */
export interface AdapterOptions {
  /** As it was given: one, or a list. */
  readonly uri?: string | readonly string[] | undefined
  /** The name that the adapter is registered under. */
  readonly adapter: string
  readonly key: string
  /** What is the adapter's own. */
  readonly [option: string]: unknown
}

/** What an adapter that comes with feathers-sync says of the options that it takes. */
export interface OptionRules {
  /** Of the URI. */
  readonly schemes: readonly string[]
  readonly checks: Readonly<Record<string, Check>>
  /** What the broker demands of a `key`, beyond a text that isn't empty. */
  readonly key?: Check
  /** What is wrong with a URI of one of the schemes, if something is: completes "the `uri` option …". */
  uriProblem(uri: string): string | undefined
  /** What to do instead of naming several servers, where `uri` can't. Without it, `uri` may be a list. */
  readonly oneServer?: string
  /** The names that options of a driver may have. */
  readonly names?: Readonly<Record<string, readonly string[]>>
  /** @throws TypeError for what no check of a single value can find */
  check?(options: object): void
}

/** Whether an option's value can be used. */
export interface Check {
  test(value: unknown): boolean
  /** Completes "has to be …". */
  readonly expected: string
  /** Completes "got …", where more can be said than the type of what was given, and nothing of its content. */
  got?(value: unknown): string
}

/** A value with such methods. */
export function has(value: unknown, ...methods: string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')
  )
}

export const object: Check = {
  test: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  expected: 'an object'
}
