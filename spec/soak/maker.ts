import type { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { now, type Report } from './protocol.js'
import { Random } from './random.js'

/** An event, or a record of a bulk call. */
export interface Item {
  by: number
  number: number
  size: number
  text: string
}

export interface Service extends EventEmitter {
  create(data: Item | Item[]): Promise<unknown>
}

/** Between two calls, in ms. */
const PAUSE = { low: 10, high: 50 }
const MAX_BULK = 2000
const KB = 1024

/** Makes events all the time: single ones, bulk calls, large ones. One call after the other, so that the order is known. */
export class Maker {
  /** All events up to this one have been emitted. */
  made = 0
  readonly #service: Service
  readonly #by: number
  readonly #random: Random
  readonly #calm: boolean
  #moments: Report['moments'] = []
  #next = 1
  #stopped = false
  #running: Promise<void> = Promise.resolve()

  constructor(service: Service, by: number, seed: string, calm: boolean) {
    this.#service = service
    this.#by = by
    this.#random = new Random(seed)
    this.#calm = calm
  }

  start(): void {
    this.#running = this.#run()
  }

  /** No event is made after it has been called, but for those of the call that is being served. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  /** So many, in one bulk call or one by one. */
  async make(count: number): Promise<void> {
    this.#moments.push([now(), this.#next])
    const isBulk = this.#random.chance(0.5)
    if (isBulk) await this.#create(this.#items(count, 100))
    else for (let left = count; left > 0; left -= 1) await this.#single()
  }

  /** Those since. */
  takeMoments(): Report['moments'] {
    const moments = this.#moments
    this.#moments = []
    return moments
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#moments.push([now(), this.#next])
      await this.#call()
      await delay(this.#random.integer(PAUSE.low, PAUSE.high))
    }
  }

  async #call(): Promise<void> {
    const random = this.#random
    const kind = random.weighted({ single: 978, bulk: 18, large: 4 })
    if (kind === 'bulk') {
      const isHeavy = !this.#calm && random.chance(1 / 12)
      await this.#create(
        this.#items(random.magnitude(1, MAX_BULK), isHeavy ? 8 * KB : random.integer(50, 1000))
      )
    } else if (kind === 'large') {
      const size = random.magnitude(100 * KB, (this.#calm ? 1 : 8) * KB * KB)
      await this.#create(this.#items(1, size)[0] as Item)
    } else for (let left = random.integer(1, 5); left > 0; left -= 1) await this.#single()
  }

  async #single(): Promise<void> {
    const [item] = this.#items(1, this.#random.integer(0, 1000)) as [Item]
    if (this.#random.chance(0.5)) return await this.#create(item)
    this.#service.emit('created', item) // without a context
    this.made = item.number
  }

  async #create(data: Item | Item[]): Promise<void> {
    await this.#service.create(data)
    this.made = this.#next - 1
  }

  #items(count: number, size: number): Item[] {
    const text = 'x'.repeat(size)
    return Array.from({ length: count }, () => ({ by: this.#by, number: this.#next++, size, text }))
  }
}
