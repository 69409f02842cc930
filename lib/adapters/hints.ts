import { reason } from '../errors.js'

/** What drivers and servers say, and what to do about it where they don't. */
export type Hints = readonly (readonly [text: RegExp, hint: string])[]

/**
 * The error, with what to do about it where its text doesn't say.
 *
 * @param values the hint for what the driver throws on values that it can't use
 * @param more further hints, by the text
 */
export function withHint(
  error: unknown,
  hints: Hints,
  values?: string,
  more: (text: string) => string | undefined = () => undefined
): unknown {
  const text = reason(error).trim()
  const ofValues = error instanceof TypeError || error instanceof RangeError ? values : undefined
  const hint = hints.find(([pattern]) => pattern.test(text))?.[1] ?? more(text) ?? ofValues
  return hint === undefined ? error : new Error(`${text}; ${hint}`, { cause: error })
}
