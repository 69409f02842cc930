import { setTimeout as delay } from 'node:timers/promises'
import { type Instance, type Observer, PATIENCE } from './fleet.js'
import { Ledger } from './ledger.js'
import { append, endLine, line, paint } from './screen.js'

/** So that eyes can follow, in ms. */
const PAUSE = process.stdout.isTTY ? 100 : 0

/** Makes events happen, shows who gets them, and keeps the books. */
export class Stage implements Observer {
  readonly ledger = new Ledger()
  #current = { event: '', at: 0 }
  #probes = new Set<string>()
  #rounds = 0
  #wake = () => {}

  /** @param onDeath called when an instance has ended by itself */
  constructor(readonly onDeath: Observer['onDeath']) {}

  onLine(instance: string, text: string): void {
    line(paint('dim', `${instance} │ ${text}`))
  }

  onEvent(client: string, event: string, { id }: { id: string }): void {
    if (id.startsWith('probe')) this.#probes.add(`${id} ${client}`)
    else this.#record(client, `${event} ${id}`)
    this.#wake()
  }

  /** Every instance makes events, and every kind of event is made. */
  async play(instances: Instance[]): Promise<void> {
    const round = ++this.#rounds
    for (const instance of instances) {
      const id = `${instance.name}-${round}`
      await this.#act(instance, 'create', `created ${id}`, [{ id }, {}], instances)
      await this.#act(instance, 'patch', `patched ${id}`, [id, { text: 'Hello!' }, {}], instances)
      await this.#act(instance, 'remove', `removed ${id}`, [id, {}], instances)
    }
    const [first] = instances as [Instance]
    const [custom, secret, last] = ['custom', 'private', 'last'].map(
      (name) => `${first.name}-${round}-${name}`
    )
    await this.#act(first, 'like', `liked ${custom}`, [{ id: custom }, {}], instances)
    await this.#act(first, 'create', `created ${secret}`, [{ id: secret, private: true }, {}], [first])
    // The events of one instance keep their order: when this one has come, the private one will not.
    await this.#act(first, 'create', `created ${last}`, [{ id: last }, {}], instances)
  }

  /** Waits until an event of each instance reaches each other one; returns how long that took, in ms. */
  async backInSync(instances: Instance[]): Promise<number> {
    const start = performance.now()
    this.#probes.clear()
    const pairs = instances.flatMap((from) => instances.map((to) => `probe-${from.name} ${to.name}1`))
    const done = () => pairs.every((pair) => this.#probes.has(pair))
    while (!done()) {
      if (performance.now() - start > PATIENCE) throw new Error('the other instances are no longer in sync')
      for (const { name, call } of instances) await call('like', { id: `probe-${name}` }, {})
      await this.#until(done, 20)
    }
    return performance.now() - start
  }

  /** A client of `instance` calls a method; the clients of all in `audience` have to get the event. */
  async #act(instance: Instance, method: string, event: string, args: unknown[], audience: Instance[]) {
    append(`  ${event.padEnd(20)}`)
    const clients = audience.flatMap(({ clientNames }) => clientNames)
    this.ledger.expect(event, clients)
    this.#current = { event, at: performance.now() }
    await instance.call(method, ...args)
    const complete = await this.#until(() => this.ledger.isComplete(event), PATIENCE)
    if (!complete) append(paint('red', '  … and nobody else'))
    else append(paint('dim', audience.length > 1 ? '  ms' : '  ms   only here: context[SYNC] = false'))
    endLine()
    await delay(PAUSE)
  }

  #record(client: string, event: string): void {
    const ms = performance.now() - this.#current.at
    this.ledger.receive(event, client, ms)
    const isLate = event !== this.#current.event
    append(
      isLate
        ? paint('red', `  ${client} got ${event}`)
        : `  ${client} ${paint('green', ms.toFixed(1).padStart(4))}`
    )
  }

  /** Waits for what clients receive to make the condition true; false: it took too long. */
  async #until(condition: () => boolean, patience: number): Promise<boolean> {
    const end = performance.now() + patience
    while (!condition() && performance.now() < end) {
      const pause = new AbortController()
      this.#wake = () => pause.abort()
      await delay(end - performance.now(), undefined, { signal: pause.signal }).catch(() => {})
    }
    return condition()
  }
}
