import type { PlainMode } from '../sealing/sealing-keys.js'
import { type SecretOption, wrongSecret } from '../sealing/secret-option.js'
import { weaknessOf } from '../sealing/strength.js'
import { UsageError } from './usage.js'

const VARIABLE = 'FEATHERS_SYNC_SECRET'

export interface GivenSecret {
  /** The name of the variable that holds it. Default: FEATHERS_SYNC_SECRET, where it is set */
  readonly secretEnv?: string | undefined
  /** What is done with messages that are not sealed, while the secret is introduced. Default: `refuse` */
  readonly plain?: PlainMode | undefined
}

/**
 * That of the instances, or several separated by commas, in an environment variable: arguments show in the list of processes.
 *
 * @throws UsageError that names the variable, and shows nothing of its value
 */
export function secretIn(
  { secretEnv, plain }: GivenSecret,
  env: Readonly<Record<string, string | undefined>>
): SecretOption | undefined {
  if (secretEnv === undefined && env[VARIABLE] === undefined) {
    if (plain === undefined) return undefined
    throw new UsageError(
      `--plain says what is done with plain messages while a secret is introduced: it needs that secret, in ${VARIABLE} or in the variable that --secret-env names`
    )
  }
  const name = secretEnv ?? VARIABLE
  const value = env[name]
  if (value === undefined) throw new UsageError(missing(name))
  const secrets = value.split(',')
  const wrong = wrongSecret(secrets.length > 1 ? secrets : value)
  if (wrong === undefined) return plain === undefined ? secrets : { keys: secrets, plain }
  const commas = secrets.length > 1 ? '. No secret in it can have a comma, as commas separate them' : ''
  throw new UsageError(
    `the environment variable ${name} has to hold the \`secret\` of the instances, or several separated by commas, ` +
      `where each is one that cannot be guessed, such as the output of \`openssl rand -base64 32\`, and it holds ${wrong}${commas}`
  )
}

/** The name is not shown where it can be the secret itself. */
function missing(name: string): string {
  const isName = /^[a-z_]\w*$/i.test(name) && weaknessOf(name) !== undefined
  if (!isName)
    return '--secret-env takes the name of an environment variable that holds the secret, and got something else'
  return `the environment variable ${name} is not set: it has to hold the \`secret\` of the instances (is it exported?)`
}
