import { expect } from 'chai'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { eventually } from '../support/eventually.js'

export const NAMES = ['A', 'B', 'C']

/** The page of the demo, as a user handles it. */
export class DemoPage {
  /** What the console of the browser showed as an error. */
  readonly errors: string[] = []

  private constructor(readonly page: Page) {
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => this.errors.push(error.message))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.errors.push(message.text())
    })
  }

  /** Resolves when all panes are in sync. */
  static async open(browser: Browser, url: string, options?: BrowserContextOptions): Promise<DemoPage> {
    const demo = new DemoPage(await browser.newPage(options))
    await demo.page.goto(url)
    for (const name of NAMES) await demo.waitForState(name, 'in sync')
    return demo
  }

  pane(name: string): Locator {
    return this.page.getByRole('region', { name: `Instance ${name}`, exact: true })
  }

  async waitForState(name: string, state: string): Promise<void> {
    await this.pane(name).locator('.state').getByText(state, { exact: true }).waitFor()
    if (state === 'in sync') await this.input(name).and(this.page.locator(':enabled')).waitFor()
  }

  input(name: string): Locator {
    return this.page.getByLabel(`Message, sent to instance ${name}`)
  }

  async send(name: string, text: string): Promise<void> {
    await this.input(name).fill(text)
    await this.input(name).press('Enter')
  }

  /** The messages on the board of a pane. */
  board(name: string): Locator {
    return this.pane(name).locator('.board li')
  }

  /** The entries of a pane's list of events, newest first. */
  feed(name: string): Locator {
    return this.pane(name).locator('.feed li')
  }

  /** Resolves when the event is in each of the panes; fails if one has it twice. */
  async expectEvent(text: string, panes = NAMES): Promise<void> {
    for (const name of panes) await this.feed(name).filter({ hasText: text }).first().waitFor()
    for (const name of panes)
      expect(await this.feed(name).filter({ hasText: text }).count(), name).to.equal(1)
  }

  async dropNext(name: string, count: number, forGood = false): Promise<void> {
    const pane = this.pane(name)
    await pane.getByLabel(/^How many messages to drop/).fill(`${count}`)
    await pane.getByLabel('even if resent').setChecked(forGood)
    await pane.getByRole('button', { name: /^Drop the next/ }).click()
    await pane.getByText(`${count} to drop`).waitFor()
  }

  /** The number behind a name such as `resent`. */
  async counter(name: string, counter: string): Promise<number> {
    const row = this.pane(name).locator('.counters div').filter({ hasText: counter })
    return Number(await row.locator('dd').textContent())
  }

  async waitForCounter(name: string, counter: string, value: number): Promise<void> {
    await eventually(async () => (await this.counter(name, counter)) === value, {
      message: `${value} ${counter} in pane ${name}`
    })
  }

  /** Resolves when the page says this, to screen readers too. */
  async status(text: RegExp): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: text }).waitFor()
  }

  kill(name: string): Promise<void> {
    return this.page.getByRole('button', { name: `Kill instance ${name}` }).click()
  }

  restart(name: string): Promise<void> {
    return this.page.getByRole('button', { name: `Restart instance ${name}` }).click()
  }
}
