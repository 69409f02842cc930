/** Resolves when the promise has settled, whatever the outcome, and after `ms` at the latest. */
export async function settledWithin(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([promise?.catch(() => {}), timeout])
  clearTimeout(timer)
}
