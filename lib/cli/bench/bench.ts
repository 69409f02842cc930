import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { SyncError } from '../../errors.js'
import { connect } from '../connection.js'
import type { Place } from '../place.js'
import type { Terminal } from '../terminal.js'
import { bytes, count, grouped, milliseconds, rate } from '../text.js'
import { BenchReceiver, type Figures } from './receiver.js'
import type { Answer, Order } from './sender.js'

/** The command that the child process runs. */
export const SENDER = 'bench-sender'

/** V8 needs time to optimize: so many ms for each second of a run. */
const WARM_UP = 200

export interface BenchOptions {
  /** How long connecting may take, in ms. */
  readonly timeout: number
  readonly json: boolean
  /** Of the data of an event, in bytes. */
  readonly size: number
  readonly seconds: number
  /** Events a second, for the latency. */
  readonly rate: number
}

/**
 * Measures what the broker carries from another process on this machine to this one.
 *
 * @returns the exit code
 * @throws SyncError where it can't be connected
 */
export async function bench(place: Place, options: BenchOptions, terminal: Terminal): Promise<number> {
  const { size, seconds, rate: perSecond, json } = options
  const { signal } = terminal
  const { bold, dim } = terminal.colors
  // First of all: what is wrong is said in one line.
  await (
    await connect(place, { receive: () => {}, error: () => {}, status: () => {} }, { ...options, signal })
  ).close()
  const receiver = new BenchReceiver(place, (error) => terminal.complain(error.message))
  const sender = new Sender(terminal)
  try {
    await receiver.session.ready
    await sender.order({ do: 'connect', uri: place.options.uri ?? '', key: place.key, ...place.secret() })
    if (!json) {
      terminal.line(
        `${bold(place.uri)} ${dim(`with the key ${place.key}, events of ${bytes(size)}${place.options.secret ? ', sealed' : ''}`)}`
      )
      terminal.line(dim('This loads the broker: what else runs on it gets slower meanwhile.\n'))
    }
    const measure = async (ms: number, rate?: number): Promise<Figures> => {
      const { sent } = await sender.order({ do: 'send', size, ms, ...(rate !== undefined && { rate }) })
      return await receiver.figures(sent)
    }
    await measure(WARM_UP * seconds)
    const saturated = await measure(seconds * 1000)
    if (!json) terminal.line(`as fast as possible  ${throughput(saturated)}`)
    const steady = await measure(seconds * 1000, perSecond)
    if (!json) terminal.line(`at ${grouped(perSecond)}/s`.padEnd(19) + latency(steady))
    if (json)
      terminal.line(
        JSON.stringify(
          {
            uri: place.uri,
            key: place.key,
            sealed: place.options.secret !== undefined,
            size,
            seconds,
            rate: perSecond,
            saturated,
            steady
          },
          undefined,
          2
        )
      )
    await sender.end()
    return saturated.lost + steady.lost === 0 ? 0 : 1
  } finally {
    sender.kill()
    await receiver.session.close(place.options.closeTimeout)
  }
}

function throughput({ events, seconds, bytes: total, lost }: Figures): string {
  const volume = `${bytes(Math.round(total / Math.max(seconds, 0.001)))}/s`
  return `${rate(events, seconds)} events/s, ${volume} (${lostText(events, lost)})`
}

function latency({ events, p50, p99, lost }: Figures): string {
  return `p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)} from emit to receipt (${lostText(events, lost)})`
}

function lostText(events: number, lost: number): string {
  return `${count(events, 'event')}, ${lost === 0 ? 'none' : grouped(lost)} lost`
}

/** The other process. */
class Sender {
  readonly #signal: AbortSignal
  readonly #child: ChildProcess

  constructor({ program, signal }: Terminal) {
    this.#signal = signal
    this.#child = fork(program, [SENDER], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  }

  /** The URI and the secret are in no argument and no variable, where others could read it. */
  async order(order: Order): Promise<{ sent: number }> {
    this.#child.send(order)
    const [answer] = (await once(this.#child, 'message', { signal: this.#signal })) as [Answer]
    if ('failed' in answer) throw new SyncError('connect', answer.failed)
    return answer
  }

  async end(): Promise<void> {
    this.#child.send({ do: 'end' } satisfies Order)
    await once(this.#child, 'exit', { signal: this.#signal })
  }

  kill(): void {
    this.#child.kill('SIGKILL') // it may be busy, and others are for a user to send
  }
}
