import { inspect } from 'node:util'

/**
 * How a secret or a key may look in an output: as it is, in a URI, in JSON, in Base64 and hexadecimal, and as the bytes of a buffer, which are cut
 * by `inspect`.
 */
export function formsOf(secret: string | Buffer): string[] {
  const bytes = Buffer.from(secret as string)
  const forms = [
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    inspect(bytes.subarray(0, 16)).replace(/^<Buffer (.*)>$/, '$1'),
    [...bytes.subarray(0, 16)].join(',')
  ]
  if (typeof secret === 'string') {
    forms.push(
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      inspect(secret).slice(1, -1)
    )
    if (/^[\w+/-]{20,}=*$/.test(secret)) forms.push(Buffer.from(secret, 'base64').toString('hex'))
  }
  return [...new Set(forms)]
}
