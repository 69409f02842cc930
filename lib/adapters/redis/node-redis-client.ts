import { reason } from '../../errors.js'
import { connecting } from '../connecting.js'
import { type NodeRedis, ownOptions } from './node-redis.js'
import { answered, ignore, publishCommand, type RedisClient, type RedisContext } from './redis-client.js'
import { LIMITS, watchAnswer } from './silence.js'

/** A server that is slow has not refused a message. Without this, the driver gives up a command after 5 s. */
const UNLIMITED = { timeout: undefined }

/** Publishes by one client of node-redis, which may be the user's, and subscribes by a duplicate of it. */
export class NodeRedisClient implements RedisClient {
  readonly #context: RedisContext
  readonly #publisher: NodeRedis
  readonly #subscriber: NodeRedis
  readonly #isGiven: boolean
  #subscribed = false
  #closed = false
  readonly #unwatch: (() => void)[] = []
  /** Destroys own sockets: the driver's `destroy()` would leave one open that is being connected. */
  readonly #sockets: AbortController

  /** @param isGiven whether the client is the user's: connected by its owner or here, reconnected by itself, never closed */
  private constructor(
    context: RedisContext,
    publisher: NodeRedis,
    isGiven: boolean,
    sockets = new AbortController()
  ) {
    this.#context = context
    this.#publisher = publisher
    this.#isGiven = isGiven
    this.#sockets = sockets
    if (publisher.options) context.hide(publisher.options)
    const { socket = {} } = publisher.options ?? {}
    this.#subscriber = publisher.duplicate(isGiven ? ownOptions({ socket }, sockets.signal) : undefined)
  }

  /** @param make makes a client, whose sockets the signal destroys */
  static own(context: RedisContext, make: (signal: AbortSignal) => NodeRedis): NodeRedisClient {
    const sockets = new AbortController()
    return new NodeRedisClient(context, make(sockets.signal), false, sockets)
  }

  /** By a client like this one, which itself is left alone. */
  static like(context: RedisContext, client: NodeRedis): NodeRedisClient {
    const { socket = {} } = client.options ?? {}
    return NodeRedisClient.own(context, (signal) => client.duplicate(ownOptions({ socket }, signal)))
  }

  static given(context: RedisContext, client: NodeRedis): NodeRedisClient {
    return new NodeRedisClient(context, client, true)
  }

  async open(receive: (bytes: Uint8Array) => void): Promise<void> {
    const [publisher, subscriber] = [this.#publisher, this.#subscriber]
    // Its owner has one turn to connect it after `configure`: a second `connect()` rejects.
    if (this.#isGiven && !publisher.isOpen) await new Promise((resolve) => setImmediate(resolve))
    if (this.#closed) return
    await new Promise<void>((resolve, reject) => {
      const onReady = () => {
        // One after the other: an attempt that fails has cost one connection.
        if (publisher.isReady && !subscriber.isOpen) this.#connect(subscriber)
        this.#subscribe(receive).then((live) => live && resolve(), reject)
      }
      this.#watch(publisher, onReady, reject)
      this.#watch(subscriber, onReady, reject)
      if (publisher.isReady) onReady()
      else if (!publisher.isOpen) this.#connect(publisher)
    })
  }

  publish(message: Buffer): Promise<void> {
    // The queue of a client that was handed in would send it later, once more or never.
    if (!this.#publisher.isReady) return Promise.reject(new Error('the connection is lost'))
    const command = publishCommand(this.#context, message)
    return answered(this.#context, this.#publisher.sendCommand(command, UNLIMITED))
  }

  command(...words: string[]): Promise<unknown> {
    return this.#publisher.sendCommand(words)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    if (this.#isGiven) leave(this.#publisher)
    for (const client of [this.#publisher, this.#subscriber]) if (!this.#isUsers(client)) destroy(client)
    this.#sockets.abort()
  }

  #isUsers(client: NodeRedis): boolean {
    return this.#isGiven && client === this.#publisher
  }

  #connect(client: NodeRedis): void {
    // An error after our listeners are gone must not end the process: the client goes on trying, if only for a moment.
    client.off('error', ignore).on('error', ignore)
    const connect = () => client.connect()
    const connected = this.#isUsers(client) ? connect() : connecting(this.#sockets.signal, LIMITS, connect)
    connected.catch(ignore) // comes as an `error` event too
  }

  #watch(client: NodeRedis, onReady: () => void, reject: (error: Error) => void): void {
    const { away, lost } = this.#context
    const giveUp = (error: Error) => {
      reject(error)
      lost(error)
    }
    const moved = () => lost(new Error('the channel has moved to another server'))
    const listeners: { [event: string]: (error: Error) => void } = {
      ready: onReady,
      error: (error: Error) => {
        if (!this.#subscribed && (isRefusal(error) || lacksResp3(error))) reject(error)
        else if (!this.#isUsers(client) && (!client.isOpen || isNoAnswer(error))) giveUp(error)
        else if (!client.isReady) away(error)
      },
      // A client that was handed in may be closed by its owner, and connected again.
      end: () => away(new Error('the client was closed')),
      // Of a cluster's shard: version 4 and 5, and later.
      'server-sunsubscribe': moved,
      'sharded-channel-moved': moved
    }
    for (const [event, listener] of Object.entries(listeners)) client.on(event, listener)
    const { connectTimeout } = client.options?.socket ?? {}
    const unwatchAnswer = watchAnswer(client, connectTimeout, this.#isUsers(client) ? away : giveUp)
    this.#unwatch.push(() => {
      unwatchAnswer()
      for (const [event, listener] of Object.entries(listeners)) client.off(event, listener)
    })
  }

  /**
   * Called whenever one of the two connections is ready; returns whether both are, and subscribed. A cut during the
   * first SUBSCRIBE leaves the client connected but never subscribed: so this is repeated until it is acknowledged.
   * From then on the driver does it, before it is `ready`.
   */
  async #subscribe(receive: (bytes: Uint8Array) => void): Promise<boolean> {
    const [publisher, subscriber] = [this.#publisher, this.#subscriber]
    const { key, sharded, back } = this.#context
    if (!publisher.isReady || !subscriber.isReady) return false
    if (!this.#subscribed) {
      try {
        if (sharded) await subscriber.sSubscribe(key, receive, true)
        else await subscriber.subscribe(key, receive, true)
      } catch (error) {
        if (isRefusal(error) || subscriber.isReady) throw error
        return false // cut meanwhile: the next `ready` comes here again
      }
      if (this.#closed) return false
      this.#subscribed = true
    }
    const isLive = publisher.isReady && subscriber.isReady
    if (isLive) back()
    return isLive
  }
}

/** Takes our listener off, unless it is the only one: then an error would end the process. */
function leave(client: NodeRedis): void {
  if (client.listeners('error').some((listener) => listener !== ignore)) client.off('error', ignore)
}

/** By a client that was handed in. */
export function nodeRedisClient(context: RedisContext, handedIn: object): RedisClient {
  const client = handedIn as NodeRedis
  return context.apart ? NodeRedisClient.like(context, client) : NodeRedisClient.given(context, client)
}

function destroy(client: NodeRedis): void {
  if (!client.isOpen) return
  if (client.destroy) client.destroy()
  else client.disconnect?.().catch(ignore)
}

/** Something that no Redis server says, which the driver goes on reading. */
export function isNoAnswer(error: unknown): boolean {
  return /Unknown RESP type/.test(reason(error))
}

/** Did the server refuse who we are, or what we may do? */
export function isRefusal(error: unknown): boolean {
  return /^(NOAUTH|WRONGPASS|NOPERM|ERR (AUTH|invalid password))/.test(reason(error))
}

/** A server before 6.0, one whose HELLO was renamed, or one that says so. */
export function lacksResp3(error: unknown): boolean {
  return /^NOPROTO|unknown command.{0,3}HELLO/i.test(reason(error))
}
