/** Resolves with `promise`, and after `ms` in any case; tells whether it was in time. Never rejects, leaves no timer. */
export async function bounded(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const done = promise.then(
    () => true,
    () => true
  )
  const inTime = await Promise.race([done, late])
  clearTimeout(timer)
  return inTime
}
