import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { freePort } from '../support/brokers/ports.js'
import { launchBrowser } from './browser.js'
import { DemoPage, NAMES } from './demo-page.js'
import { DemoProcess, STARTUP } from './demo-process.js'

describe('the page when the demo ends', function () {
  this.timeout(2 * STARTUP)
  let browser: Browser
  let demo: DemoProcess

  before(async () => {
    browser = await launchBrowser()
  })

  after(async () => {
    await browser?.close()
    await demo?.interrupt()
  })

  it('says so, offers nothing more, and begins anew with the next one on that port', async () => {
    const port = `${await freePort()}`
    demo = await DemoProcess.start('--port', port)
    const page = await DemoPage.open(browser, demo.url)
    await page.send('A', 'Of the first demo')
    await page.expectEvent('created “Of the first demo”')
    await demo.interrupt()
    await page.status(/^The demo has ended: start it again/)
    for (const name of NAMES) {
      await page.waitForState(name, 'ended')
      expect(await page.pane(name).locator('button:enabled, input:enabled').count(), name).to.equal(0)
    }
    expect(await page.page.getByRole('button', { name: /^Kill the hub/ }).count()).to.equal(0)

    demo = await DemoProcess.start('--port', port)
    for (const name of NAMES) await page.waitForState(name, 'in sync')
    await page.send('A', 'Of the second')
    for (const name of NAMES) await page.board(name).getByText('Of the second').waitFor()
    expect(await page.board('A').count()).to.equal(1)
  })
})
