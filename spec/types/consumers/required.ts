// As CommonJS in TypeScript, with and without esModuleInterop.
import type { HookContext } from '@feathersjs/feathers'

import sync = require('feathers-sync')

import byDefault, { SYNC } from 'feathers-sync'

const configure: sync.Configure = sync({ uri: 'redis://localhost' })
export const same: typeof byDefault = sync.default
export const others = [
  configure,
  byDefault({ uri: 'ipc:' }),
  sync.redis({}),
  byDefault.redis({}),
  sync.default.ipc()
]

export class Adapter extends sync.SyncAdapter {
  override readonly type = 'mine'
  protected override async doConnect(): Promise<void> {}
  protected override async doPublish(): Promise<void> {}
  protected override async doClose(): Promise<void> {}
}

export const adapter: sync.SyncAdapter = new Adapter()

export const hook = (context: HookContext): void => {
  context[SYNC] = false
  context[sync.SYNC] = false
}
