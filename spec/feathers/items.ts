import type { EventEmitter } from 'node:events'
import type { Application, HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { BridgeLink } from '../../lib/feathers/event-bridge.js'
import { JsonSerializer, type Serializer } from '../../lib/message/serializer.js'
import { type Linked, linkApps } from '../applications/linked.js'

type Items = EventEmitter & {
  hooks(hooks: object): void
} & Record<'create' | 'patch' | 'remove' | 'search' | 'archive', (...args: unknown[]) => Promise<unknown>>

export interface Call {
  event: string
  data: unknown
  context: HookContext
}

const EVENTS = ['created', 'updated', 'patched', 'removed', 'archived', 'liked']
export const items = (app: Application) => app.service('items') as unknown as Items

/** The list that a method of many returns is that of its data, numbered. */
function useItems(app: Application): void {
  const many = (data: unknown) =>
    Array.isArray(data) ? data.map((item, id) => ({ id, ...item })) : { id: 0, ...(data as object) }
  const list = () => [{ id: 1 }, { id: 2 }, { id: 3 }]
  const service = {
    create: async (data: unknown) => many(data),
    patch: async (_id: unknown, data: object) => list().map((item) => ({ ...item, ...data })),
    remove: async () => list(),
    search: async () => ({ total: 3, limit: 10, skip: 0, data: list() }),
    archive: async (data: unknown) => data
  }
  const methods = ['create', 'patch', 'remove', 'search', 'archive']
  app.use('items', service as never, { methods, events: ['archived', 'liked'] })
}

/** What the listeners of an application get from now on. */
function record(app: Application): Call[] {
  const calls: Call[] = []
  for (const event of EVENTS) {
    items(app).on(event, (data, context) => calls.push({ event, data: structuredClone(data), context }))
  }
  return calls
}

/** Counts its calls and bytes. */

export const ids = (calls: Call[]) => calls.map(({ data }) => (data as { id: number }).id)

/** Two applications with items that get each other's events, and what their listeners get. */
export function linkItems(
  serializer: Serializer = new JsonSerializer(),
  options: Partial<BridgeLink['options']> = {}
) {
  const [one, two] = linkApps(2, useItems, serializer, options) as [Linked, Linked]
  return { one, two, here: record(one.app), there: record(two.app) }
}

/** The same events, in the same order, with the same data. */
export function expectSameEvents(there: Call[], here: Call[]): void {
  expect(there.map(({ event, data }) => [event, data])).to.deep.equal(
    here.map(({ event, data }) => [event, data])
  )
}
