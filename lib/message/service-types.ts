/** Where `EventTypes` keeps them. In types only: there is no such value. */
declare const eventTypes: unique symbol

/**
 * The custom events of a service, by name, with the type of their data. It adds to the type of a service in the application's map
 * of services, and is nothing at run time:
 *
 * ```ts
 * interface ServiceTypes {
 *   messages: MessageService & EventTypes<{ typing: { userId: number } }>
 * }
 * ```
 *
 * One of the default events may be among them, whose data is not what the service's method returns.
 */
export interface EventTypes<Events extends object> {
  readonly [eventTypes]?: Events
}

/** The events that every service has, and the method whose result is their data. */
interface DefaultEvents {
  created: 'create'
  updated: 'update'
  patched: 'patch'
  removed: 'remove'
}

/** Whether a map of services says nothing: none is given, it is `any`, or it has no paths, as in a new application. */
type IsUnknown<Services> = PropertyKey extends keyof Services
  ? true
  : [keyof Services & string] extends [never]
    ? true
    : false

type IsAny<Type> = 0 extends 1 & Type ? true : false

/** The declared events of a service. */
type Declared<Service> = Service extends EventTypes<infer Events> ? Events : object

/** Of the last overload of a method. A service without it: `unknown`. */
type ResultOf<Service, Method extends string> = Service extends {
  [Name in Method]?: (...args: never[]) => infer Result
}
  ? EachOf<Awaited<Result>>
  : unknown

/** There is an event for each item of a list. */
type EachOf<Result> = Result extends readonly (infer Item)[] ? Item : Result

/** The paths of a map of services. Any, where there is no map. */
export type ServicePath<Services> = IsUnknown<Services> extends true ? string : keyof Services & string

type ServiceAt<Services, Path> = Path extends keyof Services ? Services[Path] : unknown

/** The names of the events of the service at a path: the default ones and those that `EventTypes` declares. */
export type ServiceEventName<Services, Path> =
  IsUnknown<Services> extends true ? string : EventNameOf<ServiceAt<Services, Path>>

type EventNameOf<Service> =
  IsAny<Service> extends true ? string : keyof DefaultEvents | (keyof Declared<Service> & string)

/** The data of an event of the service at a path: what the service's method returns, as one item where that is a list. */
export type ServiceEventData<Services, Path, Event> =
  IsUnknown<Services> extends true ? unknown : EventDataOf<ServiceAt<Services, Path>, Event>

type EventDataOf<Service, Event> =
  IsAny<Service> extends true
    ? unknown
    : Event extends keyof Declared<Service>
      ? Declared<Service>[Event]
      : Event extends keyof DefaultEvents
        ? ResultOf<Service, DefaultEvents[Event]>
        : unknown
