import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { type Application, feathers } from '@feathersjs/feathers'
import sync, { isRemote, type SyncError, type SyncGap, type SyncOptions } from '../../lib/index.js'
import { eventually } from './eventually.js'

/** `closeTimeout` is in ms. */
export type MemberOptions = SyncOptions & { closeTimeout?: number; app?: Application }

/** One instance of an application, and what it has seen. */
export interface Member {
  name: string
  app: Application
  errors: SyncError[]
  gaps: SyncGap[]
  statuses: string[]
  /** How many events it has made. */
  made: number
  /** The sequence numbers of the events that came from another instance, by who made them and in order. */
  got(from: Member | string): number[]
  /** Emits so many events of the service `events`, all in this turn. */
  make(count: number): void
  /** The texts of all errors, one a line. */
  texts(): string
}

/** Instances that share a key of their own, in this process. */
export class Members {
  readonly key = `field-${randomUUID()}`
  readonly all: Member[] = []

  /** An instance that has begun to connect. */
  configure({ app = feathers(), ...options }: MemberOptions): Member {
    const name = options.name || `member ${this.all.length + 1}`
    app.configure(sync({ key: this.key, ...options }))
    app.use('events', { find: async () => [] } as never, { events: ['made'] })
    const service = app.service('events') as unknown as EventEmitter
    const received: { by: string; number: number }[] = []
    const member: Member = {
      name,
      app,
      errors: [],
      gaps: [],
      statuses: [],
      made: 0,
      got: (from) => {
        const maker = typeof from === 'string' ? from : from.name
        return received.flatMap(({ by, number }) => (by === maker ? [number] : []))
      },
      make: (count) => {
        for (const end = member.made + count; member.made < end; )
          service.emit('made', { by: name, number: ++member.made })
      },
      texts: () => member.errors.map(({ kind, message }) => `${kind}: ${message}`).join('\n')
    }
    service.on('made', (event) => isRemote() && received.push(event))
    app.on('sync-error', (error) => member.errors.push(error))
    app.on('sync-gap', (gap) => member.gaps.push(gap))
    app.on('sync-status', (status) => member.statuses.push(status))
    this.all.push(member)
    return member
  }

  /** Instances that are ready, and know each other where their options are the same. */
  async start(count: number, options: MemberOptions): Promise<[Member, Member, ...Member[]]> {
    const members = Array.from({ length: count }, () => this.configure(options))
    await Promise.all(members.map(({ app }) => app.sync.ready))
    await eventually(
      () => members.every(({ app }) => options.wire === 3 || app.sync.stats().peers.length >= count - 1),
      { message: 'the instances to know each other', timeout: 15_000 }
    )
    return members as [Member, Member, ...Member[]]
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.all.splice(0).map(({ app }) => app.sync.close()))
  }
}

/** The whole numbers of a range, its ends included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}
