/**
 * Another instance, as `app.sync.stats()` shows it. `host`, `pid`, `version` and `name` are what it says itself: they are missing
 * until it has been heard saying so, and for an instance of an older version or with `name: false`.
 */
export interface PeerStats {
  origin: string
  /** The name of its machine, as `os.hostname()` returns it: in a container, mostly its id. */
  host?: string
  /** Its process id. */
  pid?: number
  /** Its version of feathers-sync. */
  version?: string
  /** Its `name` option. */
  name?: string
  /** How long its session has existed: since `configure`, or since a later `app.setup()`, in ms. */
  age: number
  /** The sequence number of the last of its events that was delivered here. */
  last: number
  /** How much longer its latest frame took than its fastest one of the last minutes, in ms. */
  delay: number
  /** How long ago it was heard, in ms. */
  heard: number
  /** How many events a second it has made over the last one to two heartbeat periods. */
  rate: number
}
