import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { command } from '../support/command-line.js'

export const [secret, other] = [1, 2].map(() => randomBytes(32).toString('base64')) as [string, string]
export const VARIABLES = { SYNC_SECRET: secret, OTHER_SECRET: other, BOTH: `${secret},${other}` }

/** The option that names a variable. */
export const given = (name: keyof typeof VARIABLES) => ['--secret-env', name]

/** Runs a command, and expects that it shows no secret. */
export async function outcomeOf(args: readonly string[], env: Record<string, string> = VARIABLES) {
  const outcome = await command(args, { env })
  for (const one of [secret, other]) expect(outcome.output + outcome.errors).not.to.include(one)
  return outcome
}
