import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../browser.js'

/** Built by `npm run docs:build`. */
const SITE = fileURLToPath(new URL('../../../docs/.vitepress/dist', import.meta.url))

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml'
}

/** As a web server has it, where `/repair` is the file `repair.html`. */
async function serve(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const path = extname(pathname) ? pathname : `${pathname}.html`
    const content = await readFile(SITE + path).catch(() => undefined)
    response.writeHead(content ? 200 : 404, { 'content-type': TYPES[extname(path)] ?? 'application/json' })
    response.end(content)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server
}

describe('the page "Watch a repair", as it is built', () => {
  let server: Server
  let browser: Browser
  let page: Page
  const errors: string[] = []

  before(async () => {
    if (!existsSync(`${SITE}/repair.html`)) throw new Error('the site is not built: npm run docs:build')
    server = await serve()
    browser = await launchBrowser()
    page = await browser.newPage()
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/repair`)
  })

  after(async () => {
    await browser?.close()
    server?.close()
  })

  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const log = () => page.getByRole('list', { name: 'Log of frames' }).getByRole('listitem')
  const logged = (text: string) => log().filter({ hasText: text }).waitFor()

  /** The latest first, without their times. */
  const texts = async () =>
    (await log().allTextContents()).map((text) => text.replace(/^\s*\d+ ms\s*/, '').trim())

  it('loses a frame to B, and shows the NACK and how B recovers the event', async () => {
    await page.getByLabel('Speed').selectOption('fast')
    await button('Lose a frame to B').click()
    await logged('B has recovered A1')
    expect((await texts()).reverse()).to.deep.equal([
      'A sends events A1',
      'events A1 is lost on the way to B',
      'A sends events A2',
      'B sends NACK A1',
      'A sends retransmission A1',
      'B has recovered A1'
    ])
    const states = page.locator('.column.B dd').first().locator('.event')
    expect(await states.evaluateAll((all) => all.map(({ title }) => title))).to.deep.equal([
      'A1: recovered',
      'A2: delivered'
    ])
  })

  it('begins again with Reset, and goes on step by step while it is paused', async () => {
    await button('Reset').click()
    await logged('Nothing has been sent yet.')
    expect(await texts()).to.deep.equal(['Nothing has been sent yet.'])
    const pause = button('Pause')
    if (await pause.count()) await pause.click()
    await button('Send an event').first().click()
    await button('Step').click()
    await logged('A sends events A1')
  })

  it('has no errors', () => {
    expect(errors).to.deep.equal([])
  })
})
