import type { SyncOptions } from 'feathers-sync'

/** What the suite has to know of an adapter, and of the broker it talks to. */
export interface SyncAdapterHarness {
  /**
   * The options of `sync` for one instance, without `key`: `{ uri }`, and a `container` for a custom adapter. Called for
   * each instance, when the broker runs.
   */
  options(): SyncOptions
  /**
   * Ends the broker as a crash would, and starts it again at the same address. Leave it out where there is nothing to
   * restart: the tests of outages are listed as pending then.
   */
  broker?: { kill(): Promise<void>; start(): Promise<void> } | undefined
  /** Does a message of 5 MB get through? Default: true. If not, `publish` has to reject with kind `too-large`. */
  takesLargeMessages?: boolean
}
