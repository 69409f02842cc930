import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Application } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { Broker } from '../support/brokers/broker.js'
import { startNats } from '../support/brokers/nats.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { runModule, runScript, type Snippet, snippetsOf, typeErrors } from '../support/snippets.js'

/** What a snippet takes for granted. */
export const APP = `
import { feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
const app = feathers()
app.use('messages', new MemoryService({ multi: true }))
`
export const IN_SYNC = `${APP}
import inSync from 'feathers-sync'
app.configure(inSync({ uri: 'ipc:' }))
`
const CALLS = `
const calls: unknown[][] = []
const recorder = (name: string) => (...args: unknown[]) => calls.push([name, ...args])
const logger = { info: recorder('info'), warn: recorder('warn') }
const cache = { delete: recorder('cache') }
const [sendMail, audit] = [recorder('mail'), recorder('audit')]
export { calls }
`

const redis = startedOnce(startRedis)
const nats = startedOnce(startNats)
const rabbit = startedOnce(sharedRabbit)

/** A page whose code blocks are run by the tests of the current `describe`. */
export class Page {
  readonly snippets: Snippet[]
  readonly #file: string
  readonly #untested: Set<Snippet>
  readonly #apps: Application[] = []

  private constructor(file: string, snippets: Snippet[]) {
    this.#file = file
    this.snippets = snippets
    this.#untested = new Set(this.#code)
  }

  static async read(file: string): Promise<Page> {
    return new Page(file, await snippetsOf(file))
  }

  get #code(): Snippet[] {
    return this.snippets.filter(({ language }) => language === 'js' || language === 'ts')
  }

  /** Describes the page. The last tests are that its TypeScript is right, and that each code block was run. */
  describe(tests: () => void): void {
    const page = this
    describe(this.#file, function () {
      this.timeout(60_000)

      afterEach(async () => {
        await Promise.all(page.#apps.splice(0).map((app) => app.teardown()))
      })

      tests()

      it('is right for TypeScript where it says so', async () => {
        const typed = page.#code.filter(({ language }) => language === 'ts')
        expect(await typeErrors(typed.map(({ code }) => IN_SYNC + CALLS + code))).to.deep.equal([])
      })

      it('has no code that was not run', () => {
        expect([...page.#untested].map(({ heading, code }) => `${heading}: ${code}`)).to.deep.equal([])
      })
    })
  }

  /** The `index`th code block below a heading. */
  snippet(heading: string, index = 0): Snippet {
    const found = this.#code.filter((snippet) => snippet.heading === heading)[index]
    if (!found) throw new Error(`There is no code block ${index} under '${heading}'`)
    this.#untested.delete(found)
    return found
  }

  /** What a broker's own tools take, word for word: the code block in `language` below a heading. */
  block(heading: string, language: string): string {
    const found = this.snippets.find(
      (snippet) => snippet.heading === heading && snippet.language === language
    )
    if (!found) throw new Error(`There is no block in ${language} under '${heading}'`)
    return found.code.trim()
  }

  /** Runs a snippet, between what it takes for granted and what a test adds. */
  async run({ code }: Snippet, prelude = '', epilogue = '') {
    const text = await withBrokers(`${prelude}${CALLS}${code}${epilogue}export { app }\n`)
    const result = await runModule<{ app: Application; calls: unknown[][] }>(text)
    this.#apps.push(result.app)
    return result
  }

  /** Runs a snippet as CommonJS does, for an application that the test has made. */
  async runScript({ code }: Snippet, app: Application): Promise<void> {
    this.#apps.push(app)
    runScript(await withBrokers(code), app)
  }

  /** Two instances that run the same snippet, in sync. */
  async twice(...example: Parameters<Page['run']>): Promise<[Application, Application]> {
    const [one, two] = [await this.run(...example), await this.run(...example)]
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    return [one.app, two.app]
  }
}

/** Each instance gets one event of each instance, once. */
export async function expectSync(apps: Application[]): Promise<void> {
  await Promise.all(apps.map((app) => app.sync.ready))
  const received = apps.map(record)
  const expected = apps.map((_, index) => `from ${index}`)
  for (const [index, app] of apps.entries()) await app.service('messages').create({ text: expected[index] })
  await eventually(() => received.every((texts) => expected.every((text) => texts.includes(text))), {
    message: 'an event of each instance at each instance'
  })
  for (const texts of received) expect(texts.sort()).to.deep.equal(expected)
}

/** The texts of the messages created from now on, as this instance's listeners get them. */
export function record(app: Application): string[] {
  const texts: string[] = []
  app.service('messages').on('created', ({ text }) => texts.push(text))
  return texts
}

/** The addresses of a page become those of brokers of our own. */
async function withBrokers(text: string): Promise<string> {
  const brokers = {
    'redis://localhost:6379': redis,
    'amqp://localhost:5672': rabbit,
    'nats://localhost:4222': nats
  }
  let result = text.replaceAll("'ipc:'", `'ipc://${join(tmpdir(), `docs-${process.pid}.sock`)}'`)
  for (const [address, start] of Object.entries(brokers)) {
    if (result.includes(address)) result = result.replaceAll(address, (await start()).uri)
  }
  return result
}

function startedOnce(start: () => Promise<Broker>): () => Promise<Broker> {
  let started: Promise<Broker> | undefined
  return () => {
    started ??= start()
    return started
  }
}
