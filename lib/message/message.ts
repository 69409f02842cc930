import type { ServiceEventData, ServiceEventName, ServicePath } from './service-types.js'
import type { TraceContext } from './trace.js'

/** A `SyncMessage` of one path and one event. */
export interface SyncMessageOf<Path extends string = string, Event extends string = string, Data = unknown> {
  /** `created`, `updated`, `patched`, `removed`, or a custom event's name. */
  event: Event
  /** The path the service is registered under, such as `users/:id/messages`. */
  path: Path
  data: Data
  /** Absent if the event was emitted without one. */
  context?: unknown
  /** Absent if no instrumentation set it (`app.sync.instrument`). */
  trace?: TraceContext
}

/**
 * One service event, as instances send it to each other, and as `sync-out` and `sync-in` get it. With an application's map of
 * services, `SyncMessage<ServiceTypes>`, it is a union of what there can be: `path` and `event` tell the type of `data`. That is
 * the type which the service's method returns; what a serializer changes (with JSON a date is a string), and what `omit` leaves out,
 * no type shows.
 */
export type SyncMessage<Services = unknown> = {
  [Path in ServicePath<Services>]: {
    [Event in ServiceEventName<Services, Path>]: SyncMessageOf<
      Path,
      Event,
      ServiceEventData<Services, Path, Event>
    >
  }[ServiceEventName<Services, Path>]
}[ServicePath<Services>]
