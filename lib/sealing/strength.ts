const LEAST_LENGTH = 32

/** How many characters that do not follow from others a secret has at least. One of 128 random bits in hexadecimal has about 28. */
const LEAST_SURPRISES = 16
/** Hardly a smaller part of random text. Of sentences it is about a third. */
const LEAST_SHARE = 0.53

/** What people type, and published examples of UUIDs. Each counts as one character. */
const TYPED =
  /p[a@][s5$]{2}(w[o0]rd|phrase|wort)?|s[e3]cr[e3]t|change ?me|feathers(js)?|sync|default|example|sample|test|admin|token|production|development|letmein|welcome|your|redis|rabbitmq|nats|key|openssl|base64|deadbeef|cafebabe|feedface|baadf00d|quick|brown|fox|jumps|lazy|dog|localhost|20\d\d|123e4567e89b12d3a456426614174000|f81d4fae7dec11d0a76500a0c91e6bf6/gi

/** Keys in the order in which fingers find them. */
const KEYBOARD =
  '`1234567890-= qwertyuiop[] qwertzuiop azertyuiop asdfghjkl; zxcvbnm,./ yxcvbnm !@#$%^&*()_+ qazwsxedcrfvtgbyhnujmikolp 1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p !qaz@wsx#edc$rfv%tgb^yhn&ujm*ik'
const BACKWARDS = Array.from(KEYBOARD).reverse().join('')

/** Three quarters of all pairs of letters in English text, and one sixth of those in random text. */
const PAIRS = new Set(
  (
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce ' +
    'li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ' +
    'ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp'
  ).split(' ')
)

/** Why a secret may be guessed, without a part of it; `undefined` for one that looks random. */
export function weaknessOf(secret: string): string | undefined {
  if (secret === '') return 'an empty string'
  if (secret.length < LEAST_LENGTH)
    return `a string of ${secret.length} characters, fewer than ${LEAST_LENGTH}`
  const isWeak =
    !/[a-z]/i.test(secret) ||
    isPredictable(secret, LEAST_SURPRISES) ||
    decoded(secret).some((text) => isPredictable(text, 1))
  return isWeak ? 'a string that can be guessed' : undefined
}

/** What may be encoded in it: that may be words, too. */
function decoded(secret: string): string[] {
  return (['base64', 'hex'] as const)
    .map((encoding) => Buffer.from(secret, encoding).toString('latin1'))
    .filter((text) => text.length >= LEAST_LENGTH / 2)
}

function isPredictable(text: string, least: number): boolean {
  const plain = text.replace(/[\s\-_.,:/=]/g, '')
  const cased = plain.replace(TYPED, '*')
  const lower = cased.toLowerCase()
  const surprises = Array.from(lower, (_, at) => at).filter(
    (at) => !isRepeated(lower, at) && !isCounted(lower, at) && !isTyped(lower, at) && !isInWord(cased, at)
  ).length
  return surprises < Math.max(least, plain.length * LEAST_SHARE)
}

/** Whether it is the last of three that are somewhere before. */
function isRepeated(text: string, at: number): boolean {
  return at >= 3 && text.lastIndexOf(text.slice(at - 2, at + 1), at - 3) >= 0
}

/** `aaaa`, `1234`, `dcba`, and bytes in hexadecimal that count: `000102`. */
function isCounted(text: string, at: number): boolean {
  return [1, 2, 4].some((stride) => {
    const step = text.charCodeAt(at) - text.charCodeAt(at - stride)
    return Math.abs(step) <= 1 && step === text.charCodeAt(at - stride) - text.charCodeAt(at - 2 * stride)
  })
}

function isTyped(text: string, at: number): boolean {
  const three = at >= 2 ? text.slice(at - 2, at + 1) : ' '
  return !three.includes(' ') && (KEYBOARD.includes(three) || BACKWARDS.includes(three))
}

/** Whether it follows another letter as in words, which have no capitals inside. */
function isInWord(cased: string, at: number): boolean {
  const pair = cased.slice(at - 1, at + 1)
  return at > 0 && !/[a-z][A-Z]/.test(pair) && PAIRS.has(pair.toLowerCase())
}
