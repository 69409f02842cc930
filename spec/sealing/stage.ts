import { Counts } from '../../lib/delivery/environment.js'
import { encodeFrame, type Frame, newOrigin } from '../../lib/delivery/wire/frame.js'
import type { SyncError } from '../../lib/index.js'
import { Sealing } from '../../lib/sealing/sealing.js'
import { type SecretOption, sealingKeys } from '../../lib/sealing/secret-option.js'

export interface PartyOptions {
  secret?: SecretOption
  /** Default: another one than that of any other. */
  origin?: string
  echoes?: boolean
  key?: string
}

/** One instance, as far as sealing sees it. Its clock stands still, unless the test moves it. */
export class Party {
  readonly counts = new Counts()
  readonly errors: SyncError[] = []
  readonly origin: string
  readonly sealing: Sealing
  /** In ms since 1970. */
  now = Date.UTC(2026, 0, 1)

  constructor({ secret, origin = newOrigin(), echoes = true, key = 'ours' }: PartyOptions) {
    this.origin = origin
    this.sealing = new Sealing({
      keys: secret === undefined ? undefined : sealingKeys(secret, key),
      origin,
      echoes,
      counts: this.counts,
      report: (error) => this.errors.push(error),
      now: () => this.now
    })
  }

  /** A frame of it, not sealed: heartbeats with another number each. */
  frame(last = 1): Buffer {
    return encodeFrame(this.heartbeat(last))
  }

  heartbeat(last: number): Frame {
    return { kind: 'heartbeat', origin: this.origin, age: 1, oldest: 1, last, join: false, leave: false }
  }

  seal(frame: Uint8Array = this.frame()): Uint8Array {
    return this.sealing.seal(frame)
  }

  /** What is opened, in hexadecimal; of what is dropped, the reason. */
  open(bytes: Uint8Array): string {
    const before = { ...this.counts.dropped }
    const opened = this.sealing.open(bytes)
    const dropped = Object.entries(this.counts.dropped).filter(
      ([reason, count]) => count > before[reason as keyof typeof before]
    )
    if (!opened) return dropped.map(([reason]) => reason).join()
    return dropped.length > 0 ? 'counted as dropped, and opened' : Buffer.from(opened).toString('hex')
  }

  get dropped(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.counts.dropped).filter(([, count]) => count > 0))
  }
}
