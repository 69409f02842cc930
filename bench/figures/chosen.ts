interface Chosen {
  label: string
  load: 'saturation' | 'everyday'
  work: string
}

const saturated = (label: string, work: string): Chosen => ({ label, load: 'saturation', work })
const everyday = (label: string, work: string): Chosen => ({ label, load: 'everyday', work })

/** What the summary tells. */
export const SUMMARY: readonly Chosen[] = [
  saturated('at the limit: `create()`, events a second', '`create()`, 200 B, 1 receiver'),
  saturated('the same, records of 10 KB', '`create()`, 10 KB, 1 receiver'),
  saturated('the same, 200 B, 3 receivers', '`create()`, 200 B, 3 receivers'),
  saturated('bulk `create()` of 1,000, time', 'bulk `create()` of 1,000'),
  saturated('bulk `create()` of 10,000, time', 'bulk `create()` of 10,000'),
  saturated(
    'bytes of a `create()` over a websocket',
    'a 200 B `create()` over a websocket: bytes to the broker'
  ),
  everyday(
    'at 200 events/s: CPU of the sender for an event',
    'one sender, 200 events/s: CPU of the sender for an event'
  ),
  everyday('CPU of the receiver for an event', 'one sender, 200 events/s: CPU of a receiver for an event'),
  everyday('remote delivery, p50', '200 events/s: remote delivery, p50'),
  everyday('local delivery, p50', '200 events/s: local delivery, p50')
]

/** What is shown for each size of a fleet. */
export const GROWTH: readonly string[] = [
  'at rest: CPU of an instance',
  'at rest: messages to an instance',
  'at rest: bytes to an instance',
  '200 events/s: CPU of an instance',
  '200 events/s: CPU of the broker for a copy',
  '200 events/s: bytes to an instance',
  'memory of an instance'
]

/** What is shown of a fleet with a secret. */
export const SECRET: readonly string[] = [
  '`create()`, 200 B, 1 receiver',
  '`create()`, 200 B, 3 receivers',
  '`create()`, 10 KB, 1 receiver',
  '`create()`, 10 KB, 3 receivers',
  'one sender, 200 events/s: CPU of the sender for an event',
  'one sender, 200 events/s: CPU of a receiver for an event',
  '200 events/s: remote delivery, p50',
  'CPU of an idle instance'
]

/** What is shown of the simulation. */
export const SIMULATED: readonly string[] = [
  'all start at once: until all are proven',
  'until all know where the events of all others begin',
  'messages of all until then',
  'received by an instance until then',
  'at rest: messages to an instance',
  'at rest: bytes to an instance',
  'at rest: size of a heartbeat, mean',
  'at rest: CPU of an instance',
  'heap for each instance that another knows',
  '200 events/s: messages to an instance',
  '200 events/s: bytes to an instance',
  '200 events/s: heartbeats of all',
  'a newcomer under load: until it is proven',
  'a newcomer under load: until it knows where the events of all others begin',
  'a lost message: NACKs',
  'a lost message: until all have it',
  'a restart of the broker (2 s): until all have what was made meanwhile'
]
