import { SyncError } from '../errors.js'

/**
 * Loads a broker's driver at the first use: drivers are optional dependencies.
 *
 * @throws SyncError of kind `driver`, which says what to install
 */
export async function loadDriver<Driver>(name: string, load: () => Promise<Driver>): Promise<Driver> {
  try {
    return await load()
  } catch (error) {
    throw new SyncError(
      'driver',
      `feathers-sync: the '${name}' package can't be loaded. It is installed with: npm install ${name}`,
      error
    )
  }
}
