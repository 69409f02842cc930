import { createEmitter } from '../emitter/create-emitter.js'
import { reason, type SyncError } from '../errors.js'
import type { SyncStats } from '../sync/stats.js'
import { certificateAdvice, complaint } from './certificates.js'
import { lateText } from './connection.js'
import { dropText, reasonsIn } from './drop-texts.js'
import { answered } from './observe/answered.js'
import type { Place } from './place.js'
import type { Terminal } from './terminal.js'
import { grouped, printable } from './text.js'
import { asUsage, UsageError } from './usage.js'
import { serializerOf } from './watch/events.js'

/** An event, as the arguments name it. */
export interface EmitArguments {
  readonly path: string
  readonly event: string
  /** JSON, or `-`: it is read from standard input. */
  readonly data: string
}

/** Once connected, or given up, in ms. */
const CLOSING = 3000

export interface EmitOptions {
  /** How long the broker may take, in ms. */
  readonly timeout: number
  readonly json: boolean
  readonly serializer: string
}

/**
 * Has all instances emit one event.
 *
 * @returns the exit code: 1 if it could not be sent
 * @throws UsageError where the data is no JSON
 */
export async function emit(
  place: Place,
  { path, event, data }: EmitArguments,
  options: EmitOptions,
  terminal: Terminal
): Promise<number> {
  const { signal } = terminal
  const value = parsed(data === '-' ? await terminal.input() : data)
  const emitter = createEmitter({
    uri: place.options.uri as string,
    key: place.key,
    ...place.secret(),
    connectTimeout: options.timeout,
    closeTimeout: Math.min(options.timeout, CLOSING),
    ...(options.serializer !== 'json' && (await functionsOf(options.serializer)))
  })
  let failure: SyncError | undefined
  emitter.on('sync-error', (error) => {
    if (failure?.kind === 'too-large') return // what follows is not why
    if (error.kind !== 'closed' && error.kind !== 'secret' && !(error.kind === 'timeout' && failure))
      failure = error
  })
  const stop = () => void emitter.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    asUsage(() => emitter.service(path).emit(event, value))
  } catch (error) {
    await emitter.close()
    throw error
  }
  const isConnected = await emitter.ready.then(
    () => true,
    () => false
  )
  if (isConnected) await answered(() => emitter.stats().peers.length, signal)
  const instances = emitter.stats().peers.length
  const unsent = await emitter.close()
  signal.removeEventListener('abort', stop)
  if (signal.aborted) return Number(signal.reason)
  const wasTaken = unsent === 0 && emitter.stats().events.sent > 0
  const lockedOut = wasTaken && instances === 0 ? lockedOutText(emitter.stats()) : undefined
  const sent = wasTaken && lockedOut === undefined
  const late = failure?.kind === 'timeout' ? lateText(place, options.timeout) : failure?.message
  const why = lockedOut ?? late
  if (options.json) {
    const advice = why && certificateAdvice(why)
    const failed = { ...(why && { error: why }), ...(advice && { advice }) }
    terminal.line(JSON.stringify({ sent, instances, ...(!sent && failed) }))
  } else if (sent) {
    terminal.line(`${printable(path)} ${printable(event)} was sent; ${there(instances, place)}`)
  }
  if (!sent && !options.json) {
    terminal.complain(complaint(why ?? 'feathers-sync: no instance is there that takes it'))
  }
  return sent ? 0 : 1
}

function there(instances: number, { key, options }: Place): string {
  const secret = options.secret ? 'and this secret' : 'and without a secret (--secret-env)'
  if (instances === 0) return `no instance is there with the key ${printable(key)} ${secret}`
  return instances === 1 ? 'there is 1 instance' : `there are ${grouped(instances)} instances`
}

/** Those that are there can't be read from here, and drop the event. */
function lockedOutText({ dropped }: SyncStats): string | undefined {
  const [reason] = reasonsIn(dropped)
  return reason && `feathers-sync: no instance is known to take the event: ${dropText(reason)}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`the data of the event has to be JSON, such as '{"text":"hi"}': ${reason(error)}`)
  }
}

async function functionsOf(name: string) {
  const serializer = await serializerOf(name)
  return {
    serialize: serializer.serialize.bind(serializer),
    deserialize: serializer.deserialize.bind(serializer)
  }
}
