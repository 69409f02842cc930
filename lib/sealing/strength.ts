/** Of a secret of 128 random bits in hexadecimal, or of a UUID, hardly less than this is estimated. */
const LEAST_BITS = 95
const LEAST_LENGTH = 32

/** Where letters are of one case and there are no digits, they are words, most likely. */
const BITS_IN_WORDS = 2

/** What people type, without digits and in lower case. Each counts as one character. */
const TYPED =
  /pass(word|phrase|wort)?|secret|change ?me|feathers(js)?|sync|default|example|sample|test|admin|token|production|development|qwert[yz](uiop)?|asdf(ghjkl)?|letmein|welcome|your|redis|rabbitmq|nats/g

/** Why a secret may be guessed, without a part of it; `undefined` for one that looks random. */
export function weaknessOf(secret: string): string | undefined {
  if (secret === '') return 'an empty string'
  if (secret.length < LEAST_LENGTH)
    return `a string of ${secret.length} characters, fewer than ${LEAST_LENGTH}`
  return bitsIn(secret) < LEAST_BITS ? 'a string that can be guessed' : undefined
}

/** An upper bound for what can be told by looking at it. */
function bitsIn(secret: string): number {
  const text = withoutRuns(secret.toLowerCase().replace(TYPED, '*'))
  const isOfWords = !/\d/.test(secret) && (secret === secret.toLowerCase() || secret === secret.toUpperCase())
  const bits = isOfWords ? BITS_IN_WORDS : Math.log2(new Set(secret).size)
  return periodOf(text) * bits
}

/** `aaaa`, `1234` and `dcba` are as easy to guess as one character. */
function withoutRuns(text: string): string {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  return codes
    .filter((code, index) => {
      const step = code - (codes[index - 1] ?? Number.NaN)
      const isRun = Math.abs(step) <= 1 && step === (codes[index - 1] ?? 0) - (codes[index - 2] ?? Number.NaN)
      return !isRun
    })
    .map((code) => String.fromCodePoint(code))
    .join('')
}

/** Of a text that repeats itself, the length of what it repeats. */
function periodOf(text: string): number {
  for (let length = 1; length <= text.length / 2; length += 1) {
    if (text.slice(length) === text.slice(0, -length)) return length
  }
  return text.length
}
