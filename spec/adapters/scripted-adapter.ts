import { expect } from 'chai'
import sinon from 'sinon'
import { SyncAdapter } from '../../lib/adapters/sync-adapter.js'
import type { SyncError } from '../../lib/errors.js'
import { resolveOptions } from '../../lib/sync/options.js'
import { type Recorder, recorder } from '../conformance/instances.js'

const URI = 'test://user:secret@host/?token=secret'

export class ScriptedAdapter extends SyncAdapter {
  override readonly type = 'test'
  override options = resolveOptions({ uri: URI })
  limit = Number.POSITIVE_INFINITY
  readonly connecting = sinon.stub<[(bytes: Uint8Array) => void, AbortSignal], Promise<void>>().resolves()
  readonly publishing = sinon.stub<[Uint8Array], Promise<void>>().resolves()
  readonly closing = sinon.stub<[], Promise<void>>().resolves()

  override get maxPayload(): number {
    return this.limit
  }
  protected override doConnect(receive: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<void> {
    return this.connecting(receive, signal)
  }
  protected override doPublish(bytes: Uint8Array): Promise<void> {
    return this.publishing(bytes)
  }
  protected override doClose(): Promise<void> {
    return this.closing()
  }

  readonly driver = {
    away: (cause?: unknown) => this.away(cause),
    back: () => this.back(),
    blocked: (cause?: unknown) => this.blocked(cause),
    unblocked: () => this.unblocked(),
    lost: (cause?: unknown) => this.lost(cause),
    report: (error: SyncError) => this.report(error),
    error: (text: string, cause?: unknown) => this.error('auth', text, cause)
  }
}

export interface Stage {
  clock: sinon.SinonFakeTimers
  adapter: ScriptedAdapter
  handlers: Recorder
  messages(): string[]
  /** What the driver of the last attempt calls with a message. */
  receive(bytes: Uint8Array): void
}

/** An adapter that is closed yet, its owner's handlers, and a clock that a test moves. */
export function openStage(): Stage {
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const adapter = new ScriptedAdapter()
  const handlers = recorder()
  const messages = () => handlers.errors.map(({ message }) => message)
  const receive = (bytes: Uint8Array) => adapter.connecting.lastCall.args[0](bytes)
  return { clock, adapter, handlers, messages, receive }
}

export async function closeStage({ clock, adapter }: Stage): Promise<void> {
  await adapter.close()
  expect(clock.countTimers(), 'timers left').to.equal(0)
  clock.restore()
}
