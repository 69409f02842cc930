import { type PlainMode, SealingKeys } from './sealing-keys.js'
import { weaknessOf } from './strength.js'

/**
 * One secret, or several: the first one seals, all open, so that it can be changed while the fleet runs. While a secret is introduced
 * or given up, `plain` says what is done with messages that are not sealed.
 */
export type SecretOption =
  | string
  | readonly string[]
  | {
      readonly keys: string | readonly string[]
      /** Default: `refuse` */
      readonly plain?: PlainMode
    }

/** Of a name that may be shown: a secret is longer. */
const LIKELY_NAME = /^\w{1,12}$/

export const PLAIN_MODES: readonly PlainMode[] = ['send', 'accept', 'refuse']

export const EXPECTED_SECRET =
  "a string, a list of strings of which the first one seals, or { keys, plain: 'send' | 'accept' | 'refuse' }, where each " +
  'secret is one that cannot be guessed: use the output of `openssl rand -base64 32`'

/** What is wrong with the value of the option, without a part of it. */
export function wrongSecret(value: unknown): string | undefined {
  if (value === undefined)
    return 'undefined (is the environment variable set? Leave the option out for no secret)'
  if (typeof value !== 'object' || value === null || isList(value)) return wrongKeys(value)
  if (ArrayBuffer.isView(value)) return 'bytes'
  const unknown = Object.keys(value).find((name) => !['keys', 'plain'].includes(name))
  if (unknown !== undefined)
    return `an object with ${LIKELY_NAME.test(unknown) ? `the unknown name \`${unknown}\`` : 'an unknown name'}`
  const { keys, plain } = value as { keys?: unknown; plain?: unknown }
  if (plain !== undefined && !PLAIN_MODES.some((mode) => mode === plain))
    return 'an object with another `plain`'
  const wrong = wrongKeys(keys)
  return wrong === undefined ? undefined : `an object whose \`keys\` is ${wrong}`
}

/** Whether the `key`, which is known to all on the broker, is one of the secrets. */
export function hasKey(secret: SecretOption, key: unknown): boolean {
  return unfolded(secret).keys.some((one) => one === key)
}

function wrongKeys(keys: unknown): string | undefined {
  if (!Array.isArray(keys)) return wrongKey(keys)
  if (keys.length === 0) return 'an empty array'
  const wrong = Array.from(keys, wrongKey) // `map` leaves out what a list has no item for
  const index = wrong.findIndex((one) => one !== undefined)
  if (index >= 0) return `an array whose item ${index} is ${wrong[index]}`
  return new Set(keys).size < keys.length ? 'an array that has a secret twice' : undefined
}

function wrongKey(key: unknown): string | undefined {
  if (key === undefined) return 'undefined (is the environment variable set?)'
  if (typeof key === 'object') return key === null ? 'null' : Array.isArray(key) ? 'an array' : 'an object'
  if (typeof key !== 'string') return `a ${typeof key}`
  if (key !== '' && key.trim() !== key)
    return 'a string with white space around it, such as the line break at the end of a file: remove it'
  return weaknessOf(key)
}

function isList(value: object): value is readonly unknown[] {
  return Array.isArray(value)
}

/** @param secret one that `wrongSecret` finds nothing wrong with */
export function sealingKeys(secret: SecretOption, key: string): SealingKeys {
  const { keys, plain } = unfolded(secret)
  return new SealingKeys(keys as [string, ...string[]], key, plain)
}

/** The option in its longest form. */
function unfolded(secret: SecretOption): { keys: readonly string[]; plain: PlainMode } {
  if (typeof secret === 'string' || isList(secret)) return { keys: [secret].flat(), plain: 'refuse' }
  const { keys, plain = 'refuse' } = secret
  return { keys: [keys].flat(), plain }
}
