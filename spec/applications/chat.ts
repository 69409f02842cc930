import type { Application } from '@feathersjs/feathers'
import { createApp } from './generated/app.js'
import type { ApplicationConfiguration } from './generated/configuration.js'
import { Table } from './generated/memory.js'
import { type Client, Instance, settle } from './servers.js'

const KINDS = ['anonymous', 'ann', 'bob'] as const
export type Kind = (typeof KINDS)[number]
/** What the clients of one kind got, those of the first instance and those of the second. */
export type Received = Record<Kind, [Client['log'], Client['log']]>

export const PASSWORD = 'plain text of the password'
/** Sent with all requests, those for websockets too. */
export const COOKIE = 'session=cookie-of-the-browser'

/** Two instances of the application that the Feathers CLI generates, with three clients each: one that isn't logged in, Ann, and Bob. */
export class Chat {
  readonly instances: Instance[]
  /** Access tokens: of both logins of Ann, then of Bob's. */
  readonly tokens: string[] = []
  readonly #clients: Record<Kind, Client[]> = { anonymous: [], ann: [], bob: [] }

  private constructor(settings: ApplicationConfiguration) {
    this.instances = [1, 2].map(() => new Instance(createApp(settings) as unknown as Application))
  }

  static async start(sync: ApplicationConfiguration['sync']): Promise<Chat> {
    const chat = new Chat({ sync, database: { users: new Table(), messages: new Table() } })
    for (const instance of chat.instances) await instance.listen()
    for (const kind of KINDS) {
      for (const instance of chat.instances)
        chat.#clients[kind].push(await instance.connect({ cookie: COOKIE }))
    }
    return chat
  }

  /** Ann and Bob sign up by REST, and log in at both instances. */
  async logIn(): Promise<void> {
    for (const [index, kind] of (['ann', 'bob'] as const).entries()) {
      const account = { email: `${kind}@example.com`, password: PASSWORD }
      await this.rest(index, 'POST', 'users', account)
      for (const client of this.#clients[kind]) {
        const login = await client.call('create', 'authentication', { strategy: 'local', ...account })
        this.tokens.push((login as { accessToken: string }).accessToken)
      }
    }
  }

  client(instance: number, kind: Kind): Client {
    return this.#clients[kind][instance] as Client
  }

  /** A REST call, by Ann once she has logged in. */
  async rest(instance: number, method: string, path: string, body?: unknown): Promise<{ id: number }> {
    const [token] = this.tokens
    const response = await fetch(`${this.instances[instance]?.url}/${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        cookie: COOKIE,
        ...(token && { authorization: `Bearer ${token}` })
      },
      body: JSON.stringify(body)
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response.json() as Promise<{ id: number }>
  }

  /** What all got of what `instance` has made so far, since the last call. `loggedIn` are those who get the custom event that ends it. */
  async received(instance: number, loggedIn: Kind[] = ['ann', 'bob']): Promise<Received> {
    const listening = loggedIn.flatMap((kind) => this.#clients[kind])
    await settle(this.instances[instance] as Instance, 'messages', listening, 'typing')
    // The answer follows what the server had sent before.
    const all = Object.values(this.#clients).flat()
    await Promise.all(all.map((client) => client.call('get', 'nothing', 0).catch(() => {})))
    const take = (kind: Kind) => this.#clients[kind].map(({ log }) => log.splice(0))
    return Object.fromEntries(KINDS.map((kind) => [kind, take(kind)])) as Received
  }

  async close(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.close()))
  }
}
