import { describeSyncAdapter, type SyncAdapterHarness } from 'feathers-sync/conformance'

const harness: SyncAdapterHarness = { options: () => ({ uri: 'ipc:' }), takesLargeMessages: false }
describeSyncAdapter('mine', harness)
// @ts-expect-error the options are missing
describeSyncAdapter('mine', {})
