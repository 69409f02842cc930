import { setTimeout as delay } from 'node:timers/promises'

type Outcome = boolean | undefined | Chai.Assertion

/**
 * Waits until `check` no longer returns `false` and no longer throws: a condition (`() => list.length === 2`) or
 * assertions. After `timeout` ms the last error is thrown, or one that names `message`.
 */
export async function eventually(
  check: () => Outcome | Promise<Outcome> | Promise<void>,
  { timeout = 10_000, message = 'the condition' }: { timeout?: number; message?: string } = {}
): Promise<void> {
  const end = performance.now() + timeout
  const late = new Error(`waited ${timeout} ms for ${message}`)
  for (;;) {
    let failure = late
    try {
      const left = Math.max(0, end - performance.now())
      if ((await within(left, check(), late)) !== false) return
    } catch (error) {
      failure = error as Error
    }
    if (performance.now() >= end) throw failure
    await delay(5)
  }
}

/** A check that hangs must not outlive the timeout. */
async function within(ms: number, result: unknown, late: Error): Promise<unknown> {
  if (!(result instanceof Promise)) return result
  const timer = new AbortController()
  const alarm = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw late
  })
  try {
    return await Promise.race([result, alarm])
  } finally {
    timer.abort()
    alarm.catch(() => {})
  }
}
