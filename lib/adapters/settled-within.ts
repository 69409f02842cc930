/** The longest time of a timer, in ms: with a longer one it fires at once. */
const LONGEST = 2 ** 31 - 1

/** Waits until the promise has settled, whatever the outcome, for `ms` at the most; tells whether it has. Leaves no timer. */
export async function settledWithin(ms: number, promise: Promise<unknown> | undefined): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.min(ms, LONGEST))
  })
  const settled = Promise.resolve(promise).then(
    () => true,
    () => true
  )
  const inTime = await Promise.race([settled, timeout])
  clearTimeout(timer)
  return inTime
}
