import type { EventEmitter } from 'node:events'
import { injectable } from 'inversify'
import { reason } from '../../errors.js'
import type { AdapterOptions } from '../adapter-options.js'
import { loadDriver } from '../driver.js'
import { SyncAdapter } from '../sync-adapter.js'
import { type CredentialsProvider, watchedProvider } from './credentials-provider.js'
import type { RedisOptions } from './redis-options.js'

/** What is used of a node-redis client, version 4 to 6. */
interface RedisClient extends EventEmitter {
  readonly isOpen: boolean
  readonly isReady: boolean
  readonly options?: { readonly socket?: object }
  connect(): Promise<unknown>
  duplicate(overrides?: object): RedisClient
  sendCommand(args: (string | Buffer)[], options?: object): Promise<unknown>
  subscribe(channel: string, listener: (message: Buffer) => void, bufferMode: true): Promise<void>
  /** Since version 5. */
  destroy?(): void
  /** Until version 4. */
  disconnect?(): Promise<void>
}

/** Of `redisOptions`, what is used here. */
interface GivenOptions {
  socket?: object
  credentialsProvider?: CredentialsProvider
}

/** Waiting events are queued by the sender, not by the driver. */
const POLICY = { disableOfflineQueue: true }

/** The base class connects again: the driver does so at once after a connection that was ready, however often. */
const reconnectStrategy = () => new Error('the connection is lost')

/** A server that is slow has not refused a message. Without this, the driver gives up a command after 5 s. */
const UNLIMITED = { timeout: undefined }

const SENTINEL =
  'is connected to a Sentinel, which carries no messages. Leave `uri` out, and hand in what createSentinel() of the ' +
  'redis package made as `redisClient`, or a client of the primary'

const ignore = () => {}

/** A client's events at the end of an attempt to connect its socket. */
const ATTEMPT_ENDS = ['connect', 'error']

/** `PUBLISH` and `SUBSCRIBE` on `key`, by two connections of node-redis. */
@injectable()
export class RedisAdapter extends SyncAdapter {
  override readonly type = 'redis'
  declare options: AdapterOptions & RedisOptions & { readonly uri?: string }
  override readonly echoes = true

  #publisher: RedisClient | undefined
  #subscriber: RedisClient | undefined
  #subscribed = false
  #unwatch: (() => void)[] = []
  /** Own clients whose socket is being connected: the driver's `destroy()` would leave it open. */
  readonly #connecting = new Set<RedisClient>()

  /** Redis's own limit of a string, `proto-max-bulk-len`. */
  override get maxPayload(): number {
    return 512 * 1024 * 1024
  }

  protected override async doConnect(
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal
  ): Promise<void> {
    const given = await this.#givenClient()
    const publisher = given ?? (await this.#createClient())
    if (signal.aborted) return
    const subscriber = publisher.duplicate(
      given && { ...POLICY, socket: { ...given.options?.socket, reconnectStrategy } }
    )
    this.#publisher = publisher
    this.#subscriber = subscriber
    this.#subscribed = false
    await new Promise<void>((resolve, reject) => {
      const onReady = () => {
        // One after the other: an attempt that fails has cost one connection.
        if (publisher.isReady && !subscriber.isOpen) this.#open(subscriber)
        this.#subscribe(receive, signal).then((live) => live && resolve(), reject)
      }
      this.#watch(publisher, onReady, reject)
      this.#watch(subscriber, onReady, reject)
      if (publisher.isReady) onReady()
      else if (!publisher.isOpen) this.#open(publisher)
    })
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    // The queue of a client that was handed in would send it later, once more or never.
    if (!this.#publisher?.isReady) throw new Error('the connection is lost')
    const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    await this.#publisher.sendCommand(['PUBLISH', this.options.key, message], UNLIMITED)
  }

  protected override async doClose(): Promise<void> {
    const owned = [this.#publisher, this.#subscriber].filter((client) => client !== this.#given)
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    this.#publisher = undefined
    this.#subscriber = undefined
    for (const client of owned) {
      if (!client) continue
      if (this.#connecting.has(client))
        for (const event of ATTEMPT_ENDS) client.once(event, () => destroy(client))
      else destroy(client)
    }
  }

  get #given(): RedisClient | undefined {
    return (this.options.redisClient ?? this.options.db) as RedisClient | undefined
  }

  /** The user's client. Its owner has one turn to connect it after `configure`: a second `connect()` rejects. */
  async #givenClient(): Promise<RedisClient | undefined> {
    if (this.#given && !this.#given.isOpen) await new Promise((resolve) => setImmediate(resolve))
    return this.#given
  }

  async #createClient(): Promise<RedisClient> {
    const { createClient } = await loadDriver('redis', () => import('redis'))
    const { socket, ...options } = { ...this.options.redisOptions } as GivenOptions
    const { credentialsProvider: provider } = options
    if (provider) options.credentialsProvider = watchedProvider(provider, (given) => this.hide(given))
    const url = this.options.uri?.replace(/^valkey/i, 'redis') // the driver knows no valkey:
    const all = { url, ...options, ...POLICY, socket: { reconnectStrategy, ...socket } }
    const created = createClient(all as Parameters<typeof createClient>[0])
    return created as unknown as RedisClient
  }

  #open(client: RedisClient): void {
    if (client !== this.#given) this.#watchAttempts(client)
    // An error after our listeners are gone must not end the process: the client goes on trying, if only for a moment.
    client.off('error', ignore).on('error', ignore)
    // What it rejects with comes as an `error` event too.
    client.connect().catch((error) => this.debug('connect: %s', reason(error)))
  }

  #watchAttempts(client: RedisClient): void {
    const onAttempt = () => this.#connecting.add(client)
    client.on('reconnecting', onAttempt)
    for (const event of ATTEMPT_ENDS) client.on(event, () => this.#connecting.delete(client))
    onAttempt()
  }

  #watch(client: RedisClient, onReady: () => void, reject: (error: Error) => void): void {
    const giveUp = (error: Error) => {
      reject(error)
      this.lost(error)
    }
    const listeners = {
      ready: onReady,
      error: (error: Error) => {
        if (!this.#subscribed && isRefusal(error)) reject(this.error('auth', 'was refused', error))
        else if (!client.isOpen && client !== this.#given) giveUp(error)
        else if (!client.isReady) this.away(error)
      },
      // A client that was handed in may be closed by its owner, and connected again.
      end: () => this.away(new Error('the client was closed'))
    }
    for (const [event, listener] of Object.entries(listeners)) client.on(event, listener)
    this.#unwatch.push(() => {
      for (const [event, listener] of Object.entries(listeners)) client.off(event, listener)
    })
  }

  /**
   * Called whenever one of the two connections is ready; returns whether both are, and subscribed. A cut during the
   * first SUBSCRIBE leaves the client connected but never subscribed: so this is repeated until it is acknowledged.
   * From then on the driver does it, before it is `ready`.
   */
  async #subscribe(receive: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<boolean> {
    const publisher = this.#publisher
    const subscriber = this.#subscriber
    if (!publisher?.isReady || !subscriber?.isReady) return false
    if (!this.#subscribed) {
      try {
        if (await isSentinel(publisher)) throw this.error('options', SENTINEL)
        await subscriber.subscribe(this.options.key, receive, true)
      } catch (error) {
        if (isRefusal(error)) throw this.error('auth', 'may not subscribe', error)
        if (subscriber.isReady) throw error
        return false // cut meanwhile: the next `ready` comes here again
      }
      if (signal.aborted) return false
      this.#subscribed = true
    }
    if (publisher.isReady && subscriber.isReady) this.back()
    return publisher.isReady && subscriber.isReady
  }
}

function destroy(client: RedisClient): void {
  if (!client.isOpen) return
  if (client.destroy) client.destroy()
  else client.disconnect?.().catch(ignore)
}

/** A Sentinel accepts SUBSCRIBE, but no PUBLISH. */
async function isSentinel(client: RedisClient): Promise<boolean> {
  try {
    const role = await client.sendCommand(['ROLE'])
    return Array.isArray(role) && String(role[0]) === 'sentinel'
  } catch {
    return false // not allowed, or cut
  }
}

/** Did the server refuse who we are, or what we may do? */
function isRefusal(error: unknown): boolean {
  return /^(NOAUTH|WRONGPASS|NOPERM|ERR (AUTH|invalid password))/.test(reason(error))
}
