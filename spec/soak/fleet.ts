import { setTimeout as delay } from 'node:timers/promises'
import type { Window } from './account.js'
import { type CHECKS, Ledger } from './ledger.js'
import { Member } from './member.js'
import { type Fault, type FaultKind, SLOTS } from './plan.js'
import { now } from './protocol.js'
import { Random } from './random.js'
import type { Site } from './site.js'

/** How many events a short-lived process makes. */
const SHORT = { low: 1, high: 200 }

/** The processes of a soak on one broker, and what is done to them. */
export class Fleet {
  readonly ledger = new Ledger()
  readonly members: Member[] = []
  readonly slots: (Member | undefined)[] = Array(SLOTS).fill(undefined)
  /** How many of each kind there have been. */
  readonly faults = new Map<FaultKind, number>()
  readonly #site: Site
  readonly #seed: string
  readonly #calm: boolean
  readonly #random: Random
  #ids = 0
  #restarting = false

  constructor(site: Site, seed: string, calm: boolean) {
    this.#site = site
    this.#seed = seed
    this.#calm = calm
    this.#random = new Random(`${seed} short`)
    // one that is stopped doesn't notice that its parent has ended
    process.once('exit', () => {
      for (const member of this.members) member.signal('SIGKILL')
    })
  }

  async fill(): Promise<void> {
    await Promise.all(this.slots.map((_, slot) => this.#occupy(slot)))
  }

  /** Resolves when the fault is over, and what it ended is replaced. */
  async inflict(fault: Fault): Promise<void> {
    const faults: Record<FaultKind, (fault: Fault) => Promise<boolean>> = {
      kill: (it) => this.#replace(it, (member) => member.kill()),
      deploy: (it) => this.#replace(it, (member) => member.leave()),
      stop: (it) => this.#stop(it),
      cut: (it) => this.#network(it, (member) => member.proxy?.cut()),
      stall: (it) => this.#stall(it),
      refuse: (it) => this.#refuse(it),
      restart: (it) => this.#restart(it),
      disconnect: (it) => this.#disconnect(it),
      short: () => this.#short()
    }
    if (await faults[fault.kind](fault)) this.faults.set(fault.kind, (this.faults.get(fault.kind) ?? 0) + 1)
  }

  note(check: keyof typeof CHECKS, text: string): void {
    this.ledger.note(check, text)
  }

  async kill(): Promise<void> {
    await Promise.all(this.members.filter(({ isAlive }) => isAlive).map((member) => member.kill()))
  }

  async #start(role: string, events?: number): Promise<Member> {
    const id = ++this.#ids
    const { uri, proxy } = await this.#site.reach()
    const setup = { id, uri, key: this.#site.key, seed: `${this.#seed} ${role}`, calm: this.#calm, events }
    const member = new Member(this.ledger, `${role} (${id})`, setup, proxy)
    this.members.push(member)
    return member
  }

  async #occupy(slot: number): Promise<void> {
    const letter = 'ABCDE'[slot] as string
    const generation = this.members.filter(({ account }) => account.name.startsWith(letter)).length + 1
    this.slots[slot] = await this.#start(`${letter}${generation}`)
  }

  /** The one that is meant, or the next that can have it. */
  #victim({ slot, kind }: Fault): number | undefined {
    const order = this.slots.map((_, index) => (slot + index) % SLOTS)
    const isEarly = (member: Member) => member.account.readyAt === undefined
    const suits = (member?: Member) =>
      member?.isSound && !(this.#calm && kind === 'deploy' && isEarly(member))
    return order.find((index) => suits(this.slots[index]))
  }

  async #replace(fault: Fault, end: (member: Member) => Promise<void>): Promise<boolean> {
    const slot = this.#victim(fault)
    const member = slot === undefined ? undefined : this.slots[slot]
    if (slot === undefined || !member) return false
    const close = this.#isHub(member) ? this.#disturb() : () => {}
    await end(member)
    close()
    await delay(fault.duration)
    await this.#occupy(slot)
    return true
  }

  async #stop(fault: Fault): Promise<boolean> {
    const member = this.slots[this.#victim(fault) ?? -1]
    if (!member) return false
    const close = this.#disturb(member)
    member.isSound = false
    member.signal('SIGSTOP')
    await delay(fault.duration)
    member.signal('SIGCONT')
    if (member.isAlive) member.isSound = true
    close()
    return true
  }

  async #network(fault: Fault, inflict: (member: Member) => unknown): Promise<boolean> {
    const member = this.slots[this.#victim(fault) ?? -1]
    if (!member) return false
    const close = this.#disturb(member)
    await inflict(member)
    close()
    return true
  }

  #stall(fault: Fault): Promise<boolean> {
    const ways = ['up', 'down', 'both'] as const
    return this.#network(fault, async ({ proxy }) => {
      proxy?.stall(ways[Math.floor(fault.way * ways.length)])
      await delay(fault.duration)
      proxy?.resume()
    })
  }

  #refuse(fault: Fault): Promise<boolean> {
    return this.#network(fault, async (member) => {
      member.proxy?.refuse()
      member.proxy?.cut()
      await delay(fault.duration)
      if (member.isAlive) await member.proxy?.accept()
    })
  }

  async #restart(fault: Fault): Promise<boolean> {
    if (this.#restarting) return false
    const close = this.#disturb()
    this.#restarting = true
    await this.#site.restart(fault.duration)
    this.#restarting = false
    close()
    return true
  }

  async #disconnect(fault: Fault): Promise<boolean> {
    if (this.#restarting) return false
    const close = this.#disturb()
    await this.#site.disconnect(fault.way).catch(() => {}) // a broker that is killed meanwhile
    close()
    return true
  }

  async #short(): Promise<boolean> {
    const events = this.#random.magnitude(SHORT.low, SHORT.high)
    const member = await this.#start('short', events)
    member.isSound = false
    await member.gone
    return true
  }

  /** Is it the broker of all, or could it be? */
  #isHub(member: Member): boolean {
    return this.#site.kind === 'ipc' && (member.isHub || !this.slots.some((one) => one?.isAlive && one.isHub))
  }

  /** Notes that something is done to one, or all. What is done to the hub of `ipc:` is done to all. */
  #disturb(member?: Member): () => void {
    const windows: Window[] = []
    if (member) windows.push(member.disturb())
    if (!member || this.#isHub(member)) {
      const window = { from: now() }
      this.ledger.windows.push(window)
      windows.push(window)
    }
    return () => {
      for (const window of windows) window.to = now()
    }
  }
}
