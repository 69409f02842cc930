import type { EventEmitter } from 'node:events'
import { expect } from 'chai'
import type { SyncOptions } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members, range } from '../support/members.js'

/** Instances with records of any size, made singly or in bulk. */
export class Records {
  readonly members = new Members()

  async start(count: number, options: SyncOptions): Promise<[Member, Member, ...Member[]]> {
    return this.members.start(count, options)
  }

  /** One event of so many bytes. */
  large(member: Member, bytes: number): void {
    this.#emit(member, 'x'.repeat(bytes))
  }

  #emit(member: Member, text: string): void {
    const service = member.app.service('events') as unknown as EventEmitter
    service.emit('made', { by: member.name, number: ++member.made, text })
  }
}

/** The numbers that are in a gap. */
export function lost(member: Member): number {
  return member.gaps.reduce((sum, { missed }) => sum + missed, 0)
}

/** How often it had to connect again. */
export function reconnects({ statuses }: Member): number {
  return statuses.filter((status) => status === 'reconnecting').length
}

/** The others got all that `maker` made, but for those numbers, in order. */
export async function expectAll(
  maker: Member,
  others: readonly Member[],
  { except = [], timeout = 20_000 }: { except?: readonly number[]; timeout?: number } = {}
): Promise<void> {
  const expected = range(1, maker.made).filter((number) => !except.includes(number))
  for (const other of others) {
    await eventually(
      () => {
        const got = other.got(maker)
        const state = `${other.name} has ${got.length} of ${expected.length} ${other.texts()}`
        return expect(got.at(-1), state).to.equal(expected.at(-1))
      },
      { timeout }
    )
    expect(other.got(maker)).to.deep.equal(expected)
    expect(lost(other), 'missed').to.equal(except.length)
  }
}
