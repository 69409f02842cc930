import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits until `check` returns something truthy, and returns that. While it throws or returns something falsy it is
 * asked again; after `timeout` ms the last error is thrown, or one that names `message`.
 */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  { timeout = 10_000, message = 'the condition' }: { timeout?: number; message?: string } = {}
): Promise<NonNullable<Result>> {
  const end = performance.now() + timeout
  for (;;) {
    let failure = new Error(`waited ${timeout} ms for ${message}`)
    try {
      const result = await check()
      if (result) return result
    } catch (error) {
      failure = error as Error
    }
    if (performance.now() > end) throw failure
    await delay(5)
  }
}
