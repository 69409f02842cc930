import { wrongSecret } from '../sealing/secret-option.js'
import { weaknessOf } from '../sealing/strength.js'
import { UsageError } from './usage.js'

const VARIABLE = 'FEATHERS_SYNC_SECRET'

/** The secrets of the instances: the first one seals, all open. */
export type Secrets = readonly string[]

/**
 * Those that an environment variable holds, separated by commas: arguments show in the list of processes.
 *
 * @param given the variable's name. Default: FEATHERS_SYNC_SECRET, where it is set
 * @throws UsageError that names the variable, and shows nothing of its value
 */
export function secretsIn(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>
): Secrets | undefined {
  if (given === undefined && env[VARIABLE] === undefined) return undefined
  const name = given ?? VARIABLE
  const value = env[name]
  if (value === undefined) throw new UsageError(missing(name))
  const secrets = value.split(',')
  const wrong = wrongSecret(secrets.length > 1 ? secrets : value)
  if (wrong === undefined) return secrets
  throw new UsageError(
    `the environment variable ${name} has to hold the \`secret\` of the instances, or several separated by commas, ` +
      `where each is one that cannot be guessed, such as the output of \`openssl rand -base64 32\`, and it holds ${wrong}`
  )
}

/** The name is not shown where it can be the secret itself. */
function missing(name: string): string {
  const isName = /^[a-z_]\w*$/i.test(name) && weaknessOf(name) !== undefined
  if (!isName)
    return '--secret-env takes the name of an environment variable that holds the secret, and got something else'
  return `the environment variable ${name} is not set: it has to hold the \`secret\` of the instances (is it exported?)`
}
