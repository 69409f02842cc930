import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { io, type Socket } from 'socket.io-client'
import { freePort } from '../support/brokers/ports.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { snippetsOf } from '../support/snippets.js'
import { StartedApplication } from './started.js'

const FILE = 'docs/getting-started.md'
const snippets = await snippetsOf(FILE)
const outputs = snippets.filter(({ language }) => language === 'text').map(({ code }) => code.trim())

/** The page, as a browser has loaded it from one instance. */
class Browser {
  readonly shown: string[] = []
  readonly host: { textContent?: string } = {}
  readonly #form = { text: { value: '' }, submit: (_event: object) => {}, reset: () => {} }
  readonly #socket: Socket

  private constructor(script: string, host: string) {
    const form = Object.assign(this.#form, {
      addEventListener: (_name: string, listener: (event: object) => void) => {
        this.#form.submit = listener
      }
    })
    const elements: Record<string, object> = {
      form,
      output: this.host,
      ul: { append: ({ textContent }: { textContent: string }) => this.shown.push(textContent) }
    }
    const document = { querySelector: (name: string) => elements[name], createElement: () => ({}) }
    this.#socket = io(`http://${host}`, { forceNew: true })
    new Function('document', 'location', 'io', script)(document, { host }, () => this.#socket)
  }

  static async open(port: number): Promise<Browser> {
    const host = `127.0.0.1:${port}`
    const html = await (await fetch(`http://${host}/chat.html`)).text()
    const [, address] = /<script src="(.*)">/.exec(html) ?? []
    expect((await fetch(`http://${host}${address}`)).status).to.equal(200)
    const browser = new Browser(/<script>(.*)<\/script>/s.exec(html)?.[1] ?? '', host)
    await eventually(() => browser.#socket.connected, { message: 'a connection' })
    return browser
  }

  send(text: string): void {
    this.#form.text.value = text
    this.#form.submit({ preventDefault() {} })
  }

  close(): void {
    this.#socket.disconnect()
  }
}

describe(FILE, function () {
  this.timeout(120_000)
  const application = new StartedApplication(snippets)

  before(() => application.compile())
  afterEach(() => application.stop())

  it('is right for TypeScript', () => expect(application.typeErrors()).to.deep.equal([]))

  for (const [index, type] of ['ipc', 'redis'].entries()) {
    it(`shows each window the messages of both, over ${type}`, async () => {
      const broker = type === 'redis' ? await startRedis() : undefined
      const ports = [await freePort(), await freePort()]
      const env = { SYNC_KEY: randomUUID(), ...(broker && { SYNC_URI: broker.uri }) }
      const lines = await Promise.all(ports.map((port) => application.start({ PORT: `${port}`, ...env })))
      expect(lines).to.deep.equal(
        ports.map((port) => outputs[index]?.replace('3030', `${port}`).replace('info: ', ''))
      )
      const windows = await Promise.all(ports.map((port) => Browser.open(port)))
      expect(windows.map(({ host }) => host.textContent)).to.deep.equal(
        ports.map((port) => `127.0.0.1:${port}`)
      )
      for (const [index, window] of windows.entries()) {
        window.send(`from ${index}`)
        await eventually(() => windows.every(({ shown }) => shown.length > index))
      }
      for (const { shown } of windows) expect(shown).to.deep.equal(['from 0', 'from 1'])
      for (const window of windows) window.close()
      await broker?.stop()
    })
  }
})
