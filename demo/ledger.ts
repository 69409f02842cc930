/** Compares what clients should have got with what they got: each event once, and nothing else. */
export class Ledger {
  readonly #expected = new Map<string, Set<string>>()
  /** By event and client: how many ms after the call each copy came. */
  readonly #received = new Map<string, Map<string, number[]>>()

  /** To be called before the event is made. */
  expect(event: string, clients: string[]): void {
    this.#expected.set(event, new Set(clients))
  }

  receive(event: string, client: string, ms: number): void {
    const clients = this.#received.get(event) ?? new Map<string, number[]>()
    this.#received.set(event, clients.set(client, [...(clients.get(client) ?? []), ms]))
  }

  /** Has everybody got the event who should? */
  isComplete(event: string): boolean {
    return [...(this.#expected.get(event) ?? [])].every((client) => this.#times(event, client).length > 0)
  }

  /** One sentence for each client that missed an event, got it again, or got one that wasn't meant for it. */
  complaints(): string[] {
    const events = new Set([...this.#expected.keys(), ...this.#received.keys()])
    return [...events].flatMap((event) => {
      const expected = this.#expected.get(event) ?? new Set()
      const clients = new Set([...expected, ...(this.#received.get(event)?.keys() ?? [])])
      return [...clients].flatMap((client) => {
        const copies = this.#times(event, client).length
        if (!expected.has(client)) return [`${client} got '${event}', which should not have reached it`]
        if (copies === 0) return [`${client} did not get '${event}'`]
        return copies > 1 ? [`${client} got '${event}' ${copies} times`] : []
      })
    })
  }

  /** What one client got, for the table. */
  summary(client: string): { expected: number; received: number; times: number[] } {
    const events = [...this.#expected].filter(([, clients]) => clients.has(client))
    const times = [...this.#received.keys()].flatMap((event) => this.#times(event, client))
    return { expected: events.length, received: times.length, times: times.sort((a, b) => a - b) }
  }

  #times(event: string, client: string): number[] {
    return this.#received.get(event)?.get(client) ?? []
  }
}
