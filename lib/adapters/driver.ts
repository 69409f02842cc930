import { SyncError } from '../errors.js'

/**
 * Loads a broker's driver at the first use: drivers are optional dependencies.
 *
 * @param others drivers that do as well, tried in turn where that can't be loaded
 * @throws SyncError of kind `driver`, which says what to install
 */
export async function loadDriver<Driver>(
  name: string,
  load: () => Promise<Driver>,
  others: Record<string, () => Promise<Driver>> = {}
): Promise<Driver> {
  const failures: unknown[] = []
  for (const attempt of [load, ...Object.values(others)]) {
    try {
      return await attempt()
    } catch (error) {
      failures.push(error)
    }
  }
  const names = [name, ...Object.keys(others)]
  const problem =
    names.length === 1
      ? `the '${name}' package can't be loaded. It is installed with: npm install ${name}`
      : `none of the packages ${names.map((one) => `'${one}'`).join(', ')} can be loaded. One of them is needed: ` +
        `npm install ${names.join(', or npm install ')}`
  throw new SyncError('driver', `feathers-sync: ${problem}`, failures.find(isBroken) ?? failures[0])
}

/** Installed, but it can't be loaded. */
function isBroken(failure: unknown): boolean {
  return !/MODULE_NOT_FOUND$/.test((failure as NodeJS.ErrnoException)?.code ?? '')
}
