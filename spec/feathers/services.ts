import type { EventEmitter } from 'node:events'
import type { Application } from '@feathersjs/feathers'
import { Choices } from '../../lib/feathers/choices.js'
import { ServiceEvents } from '../../lib/feathers/service-events.js'
import type { SyncError } from '../../lib/index.js'
import type { SyncMessage } from '../../lib/message/message.js'

export type Emitter = EventEmitter & { create(data: unknown): Promise<unknown>; [method: string]: unknown }

export const create = async (data: object) => data
export const plain = (more: object = {}) => ({ create, ...more }) as never
export const service = (app: Application, path = 'messages') => app.service(path) as unknown as Emitter

/** Catches the events of `app`, lets them go to the listeners, and gives the messages that would be sent. */
export function watch(app: Application): {
  events: ServiceEvents
  messages: SyncMessage[]
  errors: SyncError[]
} {
  const messages: SyncMessage[] = []
  const errors: SyncError[] = []
  const events = new ServiceEvents(
    app,
    (event) => {
      const { event: name, path, data } = event
      messages.push({ event: name, path, data })
      return event.emit(false)
    },
    (error) => errors.push(error),
    new Choices()
  )
  return { events, messages, errors }
}

/** What the listeners of an event get. */
export function record(emitter: EventEmitter, event = 'created'): unknown[] {
  const seen: unknown[] = []
  emitter.on(event, (data) => seen.push(data))
  return seen
}

export const names = (messages: SyncMessage[]) => messages.map(({ path, event }) => `${path} ${event}`)
