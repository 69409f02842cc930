import { readdirSync, readFileSync } from 'node:fs'

/** Of the clock in which Linux counts CPU time. */
const TICKS_PER_SECOND = 100
/** In `/proc/<pid>/stat`, behind the name of the program. */
const [GROUP, USER, SYSTEM] = [2, 11, 12] as const

/** CPU time of all living processes of a process group, in ms; NaN where there is no `/proc`. */
export function groupCpu(group = Number.NaN): number {
  let pids: string[] = []
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return Number.NaN
  }
  const ticks = pids.map(statOf).filter((fields) => Number(fields[GROUP]) === group)
  if (ticks.length === 0) return Number.NaN
  const sum = ticks.reduce((total, fields) => total + Number(fields[USER]) + Number(fields[SYSTEM]), 0)
  return (sum * 1000) / TICKS_PER_SECOND
}

/** No fields if the process has ended. */
function statOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}
