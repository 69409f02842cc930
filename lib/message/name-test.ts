/** Of how many names an answer is kept: there may be any number of them, made by anybody. */
const KEPT = 1000

export type NameTest = (name: string) => boolean

/** `test`, which is asked once for each of the names that come again and again. */
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
