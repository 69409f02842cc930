import type { EventEmitter } from 'node:events'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { core, type SyncError } from '../../lib/index.js'

describe('core', () => {
  for (const data of [
    undefined,
    null,
    '',
    'garbage',
    '{"path":{"toString":1},"event":"created"}',
    '7',
    'null'
  ]) {
    it(`reports ${data === undefined ? 'nothing' : JSON.stringify(data)} coming in`, () => {
      const errors: SyncError[] = []
      const app = feathers().configure(core)
      app.on('sync-error', (error) => errors.push(error))
      app.use('messages', { create: async (data: object) => data } as never)
      const calls: unknown[][] = []
      const service = app.service('messages') as unknown as EventEmitter
      service.on('created', (...args) => calls.push(args))
      app.emit('sync-in', data)
      app.emit('sync-in', '{"event":"created","path":"messages","data":1}')
      expect(errors.length).to.equal(1)
      expect(calls).to.deep.equal([[1]])
    })
  }
})
