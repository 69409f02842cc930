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
