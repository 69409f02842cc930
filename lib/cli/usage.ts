import { redact } from '../adapters/redact.js'
import { reason } from '../errors.js'

/** What the command was given can't be used: exit code 2. */
export class UsageError extends Error {}

/** Calls back; what it throws is the user's mistake. */
export function asUsage<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new UsageError(reason(error), { cause: error })
  }
}

/** A text that repeats arguments, without the credentials of URIs among them: one may stand in the wrong place. */
export function withoutCredentials(text: string, args: readonly string[]): string {
  const uris = args.flatMap((arg) => /[a-z][\w+.-]*:\/\/.*/is.exec(arg) ?? [])
  return uris.reduce((shown, uri) => shown.replaceAll(uri, () => redact(uri)), text)
}
