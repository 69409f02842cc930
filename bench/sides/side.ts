/** What is compared: this feathers-sync, the same with a secret, feathers-sync 3, the bare driver, and `create()` without any sync. */
export const CONTESTANTS = ['4', 'sealed', '3', 'raw', 'none'] as const
export type Contestant = (typeof CONTESTANTS)[number]

/** What an instance does with the events of others: its listeners get them, or it has none, or not even the service. */
export const ROLES = ['listens', 'has no listener', 'excludes it', 'lacks the service'] as const
export type Role = (typeof ROLES)[number]

export interface SideOptions {
  contestant: Contestant
  uri: string
  key: string
  role: Role
}

/** Messages of the broker, and their bytes without what its protocol adds. */
export interface Traffic {
  messages: number
  bytes: number
}

/** How many events are made in one turn of the event loop. */
export const WAVE = 50

/** How many services an application has. */
export const SERVICES = 10

export type Data = Record<string, unknown>

/** One instance of one contestant. */
export interface Side {
  /** Makes so many events, all but at once, and resolves when it is time for more. */
  wave(count: number, data: Data, params: Data): Promise<void>
  /** Makes one event. */
  one(data: Data, params: Data): Promise<void>
  /** Makes one event for each item by one call. */
  bulk(items: Data[]): Promise<void>
  /** Calls back for every event that arrives, own ones too where they are delivered here. */
  listen(listener: (data: Data) => void): void
  /** What has come in so far, own messages that come back included. */
  received(): Traffic
  close(): Promise<void>
}

/** Nanoseconds of a clock that all processes of the machine share. */
export function now(): number {
  return Number(process.hrtime.bigint())
}
