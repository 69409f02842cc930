import { asBuffer } from '../../bytes.js'

/** The longest body of the section, in bytes; a longer one is ignored. */
export const MAX_INSTANCE = 512

/** The longest texts, in characters: together they fit, whatever they consist of. */
const LONGEST = { host: 128, version: 32, name: 64 } as const

/** What could disturb a terminal or a log: control and format characters, half characters, and line separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Who an instance is, as it says itself: for people, nothing depends on it. */
export interface Instance {
  readonly host?: string
  readonly pid?: number
  readonly version?: string
  readonly name?: string
}

/** Whether a name can be sent as it is. */
export function isPrintable(name: string): boolean {
  return printable(name, LONGEST.name) === name
}

/** The body of the section `instance` of heartbeats. */
export function encodeInstance({ host, pid, version, name }: Instance): Buffer {
  const body = Buffer.from(JSON.stringify(checked({ host, pid, version, name })))
  return body.length <= MAX_INSTANCE ? body : Buffer.from(JSON.stringify(checked({ pid, version, name })))
}

/** Never throws: what is not as `encodeInstance` writes it is left out. */
export function decodeInstance(body: Uint8Array): Instance {
  if (body.length > MAX_INSTANCE) return {}
  try {
    return checked(JSON.parse(asBuffer(body).toString()))
  } catch {
    return {}
  }
}

function checked(told: Partial<Record<keyof Instance, unknown>> | null): Instance {
  const { host, pid, version, name } = told ?? {}
  return {
    ...(typeof host === 'string' && { host: printable(host, LONGEST.host) }),
    ...(Number.isSafeInteger(pid) && { pid: pid as number }),
    ...(typeof version === 'string' && { version: printable(version, LONGEST.version) }),
    ...(typeof name === 'string' && { name: printable(name, LONGEST.name) })
  }
}

function printable(text: string, longest: number): string {
  return [...text.replace(UNPRINTABLE, '')].slice(0, longest).join('')
}
