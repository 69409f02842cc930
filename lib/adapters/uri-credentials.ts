/** `user:password@`, whatever the password holds: a host has no `@`. */
const USER_INFO = /^(?:([a-z][a-z0-9+.-]*:)?\/\/)?(.*)@[^@]*$/is

/** The credentials in a URI or a list of them, as they are written and as a URI's parser has them; none in another text. */
export function credentialsIn(text: string, secretName: RegExp): string[] {
  const parts = text.includes(',') ? [text, ...text.split(',')] : [text]
  return parts.flatMap((part) => [...fromUserInfo(part.trim()), ...fromUrl(part.trim(), secretName)])
}

function fromUserInfo(text: string): string[] {
  const [, , userInfo = ''] = USER_INFO.exec(text) ?? []
  const colon = userInfo.indexOf(':')
  if (colon >= 0) return [userInfo.slice(colon + 1)]
  return text.includes('//') && userInfo ? [userInfo] : [] // a lone name may be a token; without slashes it is an e-mail address
}

function fromUrl(text: string, secretName: RegExp): string[] {
  if (!text.includes('//') || !URL.canParse(text)) return []
  const { password, searchParams } = new URL(text)
  return [password, ...[...searchParams].filter(([name]) => secretName.test(name)).map(([, value]) => value)]
}
