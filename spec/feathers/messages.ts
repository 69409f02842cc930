import type { EventEmitter } from 'node:events'
import type { Application, HookContext } from '@feathersjs/feathers'
import { type Linked, linkApps } from '../applications/linked.js'

type Messages = EventEmitter & {
  create(data: unknown, params?: object): Promise<unknown>
  hooks(hooks: object): void
}

export const messages = (app: Application) => app.service('messages') as unknown as Messages
export const useMessages = (app: Application) =>
  app.use('messages', { create: async (data: object) => data } as never, { events: ['liked'] })

/** Two applications with messages that get each other's events. */
export const linkMessages = () => linkApps(2, useMessages) as [Linked, Linked]

/** The arguments each listener of `event` gets from now on. */
export function record(app: Application, event = 'created'): [unknown, HookContext][] {
  const calls: [unknown, HookContext][] = []
  messages(app).on(event, (...args) => calls.push(args as [unknown, HookContext]))
  return calls
}
