import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const TICK = 20

/** One direction of a proxy's connections: it can be closed, and opened again, and narrowed to a rate. */
export class Tap {
  /** Bytes a second. */
  rate = Number.POSITIVE_INFINITY
  private opened = Promise.resolve()
  private release?: () => void

  close(): void {
    if (this.release) return
    this.opened = new Promise((resolve) => {
      this.release = resolve
    })
  }

  open(): void {
    this.release?.()
    this.release = undefined
  }

  /** Carries bytes, and in the end the end: a clean one, or that of a connection lost. */
  async carry(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false })) await this.pass(chunk, to)
      await this.opened
      to.end()
    } catch {
      await this.opened
      for (const socket of [from, to]) socket.destroy()
    }
  }

  private async pass(chunk: Buffer, to: Socket): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      await this.opened
      const size = Math.max(1, Math.floor((this.rate * TICK) / 1000))
      await write(to, rest.subarray(0, size))
      rest = rest.subarray(size)
      if (this.rate < Number.POSITIVE_INFINITY) await delay(TICK)
    }
  }
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}
