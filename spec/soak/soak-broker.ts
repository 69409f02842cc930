import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '../support/eventually.js'
import { Fleet } from './fleet.js'
import { judge, type Verdict } from './judge.js'
import type { Violation } from './ledger.js'
import { type FaultKind, makePlan } from './plan.js'
import { type Kind, openSite } from './site.js'

/** How long the processes may take to be as they should when all is well, in ms. */
const PATIENCE = 60_000

export interface SoakOptions {
  ms: number
  seed: string
  calm: boolean
}

/** How it went on one broker. */
export interface Outcome {
  kind: Kind
  seconds: number
  processes: number
  events: number
  deliveries: number
  gaps: number
  missed: number
  excused: number
  reconnects: number
  maxRss: number
  faults: [FaultKind, number][]
  violations: Violation[]
  remarks: string[]
}

/** Five processes on one broker, with faults for `ms`, and then a quiet period in which all has to be well. */
export async function soak(kind: Kind, { ms, seed, calm }: SoakOptions): Promise<Outcome> {
  const site = await openSite(kind)
  const fleet = new Fleet(site, `${seed} ${kind}`, calm)
  const startedAt = performance.now()
  try {
    await fleet.fill()
    await connected(fleet)
    const kinds = calm ? site.faults.filter((fault) => fault !== 'short') : site.faults
    await Promise.all(
      makePlan(`${seed} ${kind}`, ms, kinds).map(async (fault) => {
        await delay(fault.at)
        await fleet.inflict(fault)
      })
    )
    await connected(fleet)
    const verdict = await end(fleet)
    return report(kind, fleet, verdict, (performance.now() - startedAt) / 1000)
  } finally {
    await fleet.kill()
    await site.stop()
  }
}

/** All processes that live long have got ready. */
async function connected(fleet: Fleet): Promise<void> {
  const isReady = () => fleet.slots.every((member) => member?.account.readyAt !== undefined)
  try {
    await eventually(isReady, { timeout: PATIENCE })
  } catch {
    for (const member of fleet.slots) {
      const { name, readyAt } = member?.account ?? {}
      if (readyAt === undefined) fleet.note('connected', `${name} has not got ready in ${PATIENCE} ms`)
    }
  }
}

/** No more faults, no more events but for a last one of each; when all have got all, they leave. */
async function end(fleet: Fleet): Promise<Verdict> {
  const last = fleet.slots.flatMap((member) => (member?.isAlive ? [member] : []))
  for (const member of last) {
    member.account.isLast = true
    member.tell('pause')
  }
  await Promise.race([
    Promise.all(last.map(({ paused }) => paused)),
    delay(PATIENCE, undefined, { ref: false })
  ])
  const settled = () => judge(fleet.ledger).open.length === 0
  await eventually(settled, { timeout: PATIENCE }).catch(() => {})
  const { open } = judge(fleet.ledger)
  for (const { account, state } of last)
    if (account.status?.[1] !== 'ready') fleet.note('connected', state)
    else if (open.length > 0) fleet.ledger.remarks.unshift(state)
  await Promise.all(last.map((member) => member.leave()))
  const verdict = judge(fleet.ledger)
  return open.length > 0 ? { ...verdict, open } : verdict
}

function report(kind: Kind, fleet: Fleet, { open, excused, remarks }: Verdict, seconds: number): Outcome {
  const { ledger, members, faults } = fleet
  for (const text of ledger.unknown) ledger.note('order', text)
  const sum = (count: (member: Fleet['members'][number]) => number) =>
    members.reduce((total, member) => total + count(member), 0)
  return {
    kind,
    seconds,
    processes: members.length,
    events: sum(({ account }) => account.made),
    ...ledger.counts,
    excused,
    reconnects: sum(({ account }) => account.reconnects),
    maxRss: Math.max(...members.map(({ maxRss }) => maxRss)),
    faults: [...faults].sort(),
    violations: [...ledger.violations, ...open],
    remarks: [...ledger.remarks, ...remarks]
  }
}
