import type { NameTest } from './fields.js'

/** Names of fields whose values only their owner may know. */
const SECRET =
  /passw|passphrase|passcode|^pass$|^pwd$|secret|token|credential|api-?_?key|private-?_?key|^salt$|^hash$/i

/** Names that a request's credentials have, wherever they are copied to; and one that pretends to be one of BSON's types. */
const REQUEST = /cookie|^(?:proxy-?)?authori[sz]ation$|^raw(?:headers|trailers)$|^_bsontype$/i

/** Of headers, besides. */
const PRIVATE_HEADER = /authori[sz]ation|authentic|^x-auth|session/i

const HEADERS = /headers?$/i

export const isSecret = nameTest((name) => SECRET.test(name) || REQUEST.test(name))
export const isPrivateHeader = nameTest((name) => PRIVATE_HEADER.test(name) || isSecret(name))
/** Is it what a field with headers is called? */
export const isHeaders = nameTest((name) => HEADERS.test(name))

/** The test of the names and patterns of the `omit` option; undefined if there are none. */
export function omitTest(omit: readonly (string | RegExp)[]): NameTest | undefined {
  if (omit.length === 0) return undefined
  const names = new Set(omit.filter((one) => typeof one === 'string'))
  // Without the flags by which a pattern remembers where it was.
  const patterns = omit.flatMap((one) =>
    typeof one === 'string' ? [] : [new RegExp(one.source, one.flags.replace(/[gy]/g, ''))]
  )
  return nameTest((name) => names.has(name) || patterns.some((pattern) => pattern.test(name)))
}

/** How many answers a test keeps: there may be any number of names, made by anybody. */
const KEPT = 1000

/** `test`, called once for each of the names that recur. */
export function nameTest(test: NameTest): NameTest {
  const answers = new Map<string, boolean>()
  return (name) => {
    const kept = answers.get(name)
    if (kept !== undefined) return kept
    const answer = test(name)
    if (answers.size < KEPT) answers.set(name, answer)
    return answer
  }
}
