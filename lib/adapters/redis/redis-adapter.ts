import { injectable } from 'inversify'
import { asBuffer } from '../../bytes.js'
import { reason, SyncError } from '../../errors.js'
import type { AdapterOptions } from '../adapter-options.js'
import { type ServerInfo, SyncAdapter } from '../sync-adapter.js'
import { explained } from './explained.js'
import { familyOf } from './families.js'
import { urisIn } from './node-address.js'
import { isRefusal, lacksResp3 } from './node-redis-client.js'
import { ownClient } from './own-client.js'
import { isSubscribed, type RedisClient, type RedisContext } from './redis-client.js'
import type { RedisOptions } from './redis-options.js'
import { roleOf, watchRole } from './role.js'
import { serverInfo } from './server-info.js'

const SENTINEL =
  'is connected to a Sentinel, which carries no messages. Leave `uri` out, and name the Sentinels: ' +
  "`redisOptions: { name: 'mymaster', sentinelRootNodes: [{ host, port }] }`; or hand in what createSentinel() of the " +
  'redis package made as `redisClient`'

const NOT_CONNECTED =
  'nothing has answered yet. Does the client that was handed in name the right server, and its port? Connecting one of node-redis is up to ' +
  'its owner, whose own `error` listener hears why that fails'

const RESP2 = 'to a server that does not know RESP 3: leave out `RESP: 3`, or give the client `RESP: 2`'

/** `PUBLISH` and `SUBSCRIBE` on `key`, by whichever client was handed in, or by node-redis. */
@injectable()
export class RedisAdapter extends SyncAdapter {
  override readonly type = 'redis'
  declare options: AdapterOptions & RedisOptions & { readonly uri?: string }
  override readonly echoes = true

  #client: RedisClient | undefined
  #unwatch: (() => void) | undefined
  /**
   * Whether the connection of a client that was handed in can't be used: its server has become a replica, or its owner has
   * subscribed by it.
   */
  #isApart = false
  /** Set where the server turned out to know no other version. */
  #resp: 2 | undefined

  /** Redis's own limit of a string, `proto-max-bulk-len`. */
  override get maxPayload(): number {
    return 512 * 1024 * 1024
  }

  protected override get place(): string | readonly string[] | undefined {
    return this.options?.uri ?? urisIn(this.options?.redisOptions)
  }

  protected override get quietReason(): string {
    return this.#given ? NOT_CONNECTED : super.quietReason
  }

  override async serverInfo(): Promise<ServerInfo> {
    return this.#client ? await serverInfo(this.#client) : await super.serverInfo()
  }

  protected override async doConnect(
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal
  ): Promise<void> {
    try {
      await this.#open(receive, signal)
    } catch (error) {
      if (signal.aborted || !this.#canDoWithout(error)) throw this.#explained(error)
      await this.#client?.close()
      await this.#open(receive, signal).catch((failure) => {
        throw this.#explained(failure)
      })
    }
  }

  protected override doPublish(bytes: Uint8Array): Promise<void> {
    if (!this.#client) throw new Error('the connection is lost')
    return this.#client.publish(asBuffer(bytes))
  }

  protected override async doClose(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    this.#unwatch?.()
    await client?.close()
  }

  /** Whether it works another way, which is taken from now on: by RESP 2, or by a connection of one's own. */
  #canDoWithout(error: unknown): boolean {
    if (this.#given) {
      if (this.#isApart || !isSubscribed(error)) return false
      this.debug('the client that was handed in is subscribed: a duplicate of it publishes')
      this.#isApart = true
      return true
    }
    if ('RESP' in (this.options.redisOptions ?? {}) || this.#resp || !lacksResp3(error)) return false
    this.debug('the server does not know RESP 3: RESP 2 is used')
    this.#resp = 2
    return true
  }

  get #given(): object | undefined {
    return this.options.redisClient ?? this.options.db
  }

  /** Whether TLS was asked for; not known of a client that was handed in. */
  get #isTls(): boolean | undefined {
    if (this.#given) return undefined
    const { socket } = { ...this.options.redisOptions } as { socket?: { tls?: boolean } }
    return socket?.tls === true || [this.place ?? []].flat().some((uri) => /^\s*(rediss|valkeys):/i.test(uri))
  }

  async #open(receive: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<void> {
    let fail: (error: unknown) => void = () => {}
    const failed = new Promise<never>((_resolve, reject) => {
      fail = reject
    })
    failed.catch(() => {}) // it may be lost before anybody waits, or long after
    const { key, sharded = false } = this.options
    let isOpen = false
    const client = await this.#createClient({
      key,
      sharded,
      apart: this.#isApart,
      away: (cause) => {
        if (!signal.aborted) this.away(isOpen ? cause : explained(cause, this.#isTls))
      },
      back: () => {
        if (!signal.aborted) this.back()
      },
      lost: (cause) => {
        fail(cause)
        if (isSubscribed(cause)) this.#isApart = true
        if (!signal.aborted) this.lost(cause)
      },
      hide: (options) => this.hide(options)
    })
    if (signal.aborted) return
    this.#client = client
    await Promise.race([client.open(receive), failed])
    isOpen = true
    const role = await Promise.race([roleOf(client), failed])
    if (role?.name === 'sentinel') throw this.error('options', SENTINEL)
    if (signal.aborted) return
    if (role?.name === 'slave' && this.options.mode !== 'receive') {
      this.report(
        this.error(
          'publish',
          `is connected to a replica (of ${role.primary}): what is published there does not reach instances at the primary`
        )
      )
    }
    const { heartbeat } = this.options as { heartbeat?: number }
    if (!heartbeat) return
    this.#unwatch = watchRole(client, role, heartbeat, (cause) => {
      this.#isApart = true
      this.lost(cause)
    })
  }

  async #createClient(context: RedisContext): Promise<RedisClient> {
    const given = this.#given
    if (!given) return ownClient(context, this.options, this.#resp)
    const family = familyOf(given)
    if (!family) throw this.error('options', 'does not know the client that was handed in')
    return family.create(context, given)
  }

  #explained(error: unknown): unknown {
    if (error instanceof SyncError) return error
    if (isRefusal(error)) {
      const text = /^NOPERM/.test(reason(error)) ? 'may not subscribe' : 'was refused'
      return this.error('auth', text, error)
    }
    if (lacksResp3(error)) return this.error('options', `can't connect ${RESP2}`, error)
    return explained(error, this.#isTls)
  }
}
