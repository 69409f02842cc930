import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { launchBrowser } from './browser.js'
import { DemoPage, NAMES } from './demo-page.js'
import { DemoProcess, STARTUP } from './demo-process.js'

describe('the demo in the browser, with a broker of its own', function () {
  this.timeout(STARTUP)
  let demo: DemoProcess
  let browser: Browser
  let page: DemoPage

  before(async () => {
    ;[demo, browser] = await Promise.all([DemoProcess.start('--broker', 'redis'), launchBrowser()])
    page = await DemoPage.open(browser, demo.url)
  })

  afterEach(() => expect(page.errors, 'errors in the console').to.deep.equal([]))

  after(async () => {
    await browser?.close()
    await demo?.interrupt()
  })

  const button = (name: string) => page.page.getByRole('button', { name })

  it('says where the events travel', async () => {
    await page.page.getByText(/redis:\/\/127\.0\.0\.1:\d+ \(redis, running\)/).waitFor()
    expect(await page.page.getByRole('button', { name: /hub/ }).count()).to.equal(0)
  })

  it('shows the health of each instance, and how it sees the others', async () => {
    for (const name of NAMES) {
      await page.pane(name).locator('.health').getByText('Healthy', { exact: true }).waitFor()
      await page.pane(name).getByText('Other instances').click()
      const others = NAMES.filter((other) => other !== name)
      for (const other of others)
        await page.pane(name).getByRole('cell', { name: other, exact: true }).waitFor()
      expect(await page.pane(name).locator('.fleet tbody tr').count()).to.equal(others.length)
    }
  })

  it('keeps events while the broker is stopped, and delivers each once when it is back', async () => {
    await button('Stop the broker').click()
    for (const name of NAMES) await page.waitForState(name, 'reconnecting')
    await page.send('A', 'Nobody else sees this yet')
    await page.send('A', 'Nor this')
    await page.expectEvent('created “Nor this”', ['A'])
    await page.waitForCounter('A', 'waiting', 2)
    const health = page.pane('A').locator('.health')
    await health
      .getByText(/^Healthy: the broker has been away for \d+ s, 2 events wait; clients of/)
      .waitFor()
    expect(await page.board('B').count()).to.equal(0)

    await button('Start the broker').click()
    for (const text of ['Nobody else sees this yet', 'Nor this']) await page.expectEvent(`created “${text}”`)
    for (const name of NAMES) await page.waitForState(name, 'in sync')
    await page
      .feed('B')
      .getByText(/in sync again after [\d.]+ ms/)
      .waitFor()
    // The events of one instance keep their order: when this one has come, no copy of the others will.
    await page.send('A', 'The last one')
    for (const text of ['Nobody else sees this yet', 'Nor this', 'The last one'])
      await page.expectEvent(`created “${text}”`)
    for (const name of ['B', 'C'])
      expect(await page.feed(name).filter({ hasText: 'waited' }).count(), name).to.equal(2)
    expect(await page.feed('A').filter({ hasText: 'waited' }).count()).to.equal(0)
    expect(await page.board('C').allTextContents()).to.deep.equal(await page.board('A').allTextContents())
  })

  it('links the metrics of each instance, which count what its pane counts', async () => {
    const link = page.page.getByRole('link', { name: 'Metrics of instance B for Prometheus' })
    const response = await fetch((await link.getAttribute('href')) ?? '')
    const received = /^feathers_sync_events_received_total\S* (\d+)$/m.exec(await response.text())?.[1]
    expect(Number(received)).to.be.above(2)
    await page.waitForCounter('B', 'received', Number(received))
  })

  it('starts an instance as soon as the broker is back', async () => {
    await page.kill('C')
    await page.waitForState('C', 'dead')
    await button('Stop the broker').click()
    await button('Start the broker').waitFor()
    await page.restart('C')
    await page.waitForState('C', 'starting')
    await page.feed('C').filter({ hasText: 'the redis adapter' }).first().waitFor()
    await button('Start the broker').click()
    for (const name of NAMES) await page.waitForState(name, 'in sync')
    await page.send('C', 'Here again')
    await page.expectEvent('created “Here again”')
  })
})
