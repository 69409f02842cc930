import type { MemberOptions } from './members.js'

/** A client that an application makes and hands in. */
export interface HandedIn {
  options: MemberOptions
  /** As its owner does. */
  end(): unknown
}
