import { describeSyncAdapter } from '../conformance/index.js'

describe('IpcAdapter', () => {
  describeSyncAdapter('ipc', { options: () => ({ uri: 'ipc:' }) })
})
