import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { DemoPage, NAMES } from './demo-page.js'
import { STARTUP } from './demo-process.js'
import { sharedDemo } from './shared-demo.js'

/** NACKs without an answer are repeated for about 10 s before a gap is reported. */
const UNTIL_GAP = 30_000

describe('the demo in the browser', function () {
  this.timeout(STARTUP)
  let page: DemoPage

  before(async () => {
    const { browser, url } = await sharedDemo()
    page = await DemoPage.open(browser, url)
  })

  afterEach(() => expect(page.errors, 'errors in the console').to.deep.equal([]))

  after(() => page?.page.close())

  it('shows an action of one pane in all of them, with its travel time', async () => {
    await page.send('A', 'Good morning')
    await page.expectEvent('created “Good morning”')
    await page.page.getByRole('button', { name: /^Like “Good morning” in pane B/ }).click()
    await page.expectEvent('patched “Good morning”')
    for (const name of NAMES)
      expect(await page.board(name).first().textContent()).to.match(/^AGood morning♥ 1/)
    for (const name of NAMES)
      expect(await page.feed(name).first().textContent()).to.match(/”[\d.]+ ms( [+−][\d.]+)?$/)
    await page.status(/^B patched “Good morning”: (. [\d.]+ ms(, )?){3}$/)
    await page.page.getByRole('button', { name: 'Remove “Good morning” in pane C' }).click()
    await page.expectEvent('removed “Good morning”')
    const left = (name: string) => page.board(name).filter({ hasText: 'Good morning' }).count()
    for (const name of NAMES) expect(await left(name)).to.equal(0)
  })

  it('goes on when the hub is killed, and shows how an instance catches up', async () => {
    const killHub = page.page.getByRole('button', { name: /^Kill the hub, / })
    const hub = (await killHub.textContent())?.at(-1) as string
    const others = NAMES.filter((name) => name !== hub)
    const [first, second] = others as [string, string]
    await killHub.click()
    await page.waitForState(hub, 'dead')
    await page.feed(hub).getByText('the instance was killed').waitFor()
    await page.send(first, 'Without the hub')
    await page.expectEvent('created “Without the hub”', others)
    await page.send(second, 'Nor here')
    await page.expectEvent('created “Nor here”', others)
    await page.restart(hub)
    await page.waitForState(hub, 'in sync')
    await page.feed(hub).getByText('connected again, changes loaded: 2').waitFor()
    expect(await page.board(hub).allTextContents()).to.deep.equal(await page.board(first).allTextContents())
    await page.send(hub, 'Back again')
    await page.expectEvent('created “Back again”')
    expect(await page.counter(first, 'missed')).to.equal(0)
  })

  it('recovers what is dropped on the way, and marks it', async () => {
    await page.dropNext('B', 2)
    await page.send('A', 'Lost at first')
    await page.feed('B').filter({ hasText: 'a message with an event of A' }).first().waitFor()
    await page.send('A', 'Lost as well')
    await page.expectEvent('created “Lost at first”')
    await page.expectEvent('created “Lost as well”')
    await page.feed('B').filter({ hasText: 'dropped' }).nth(1).waitFor()
    for (const text of ['Lost at first', 'Lost as well'])
      expect(
        await page
          .feed('B')
          .filter({ hasText: `created “${text}”` })
          .textContent()
      ).to.include('recovered')
    expect(await page.feed('C').filter({ hasText: 'recovered' }).count()).to.equal(0)
    await eventually(async () => (await page.counter('A', 'resent')) >= 2)
  })

  it('marks a gap when the retransmissions are dropped too, and loads again', async () => {
    await page.dropNext('C', 1, true)
    await page.send('A', 'Gone')
    await page.expectEvent('created “Gone”', ['A', 'B'])
    await page.feed('C').filter({ hasText: '1 event can’t be recovered' }).waitFor({ timeout: UNTIL_GAP })
    await page.status(/^C: 1 event can’t be recovered: loading again$/)
    await page.board('C').filter({ hasText: 'Gone' }).waitFor()
    await page.waitForCounter('C', 'missed', 1)
    await page.send('A', 'And on it goes')
    await page.expectEvent('created “And on it goes”')
  })

  it('sends no message without words', async () => {
    await page.send('A', '   ')
    await page.send('A', 'Words')
    await page.expectEvent('created “Words”')
    expect(await page.feed('A').nth(1).textContent()).not.to.include('created “ ')
  })

  it('plots what the slider makes, all of which arrives', async () => {
    const before = await Promise.all(NAMES.map((name) => page.counter(name, 'received')))
    const slider = page.page.getByRole('slider', { name: 'Events per second' })
    await slider.fill('100')
    for (const [index, name] of NAMES.entries())
      await eventually(async () => (await page.counter(name, 'received')) > (before[index] ?? 0) + 100)
    await slider.fill('0')
    for (const plot of await page.page.getByRole('img', { name: /^Plot: / }).all())
      await plot.locator('canvas').waitFor()
  })
})
