import { expect } from 'chai'
import type { Locator } from 'playwright-core'
import { DemoPage, NAMES } from './demo-page.js'
import { STARTUP } from './demo-process.js'
import { sharedDemo } from './shared-demo.js'

describe('the demo by keyboard alone', function () {
  this.timeout(STARTUP)
  let demo: DemoPage

  before(async () => {
    const { browser, url } = await sharedDemo()
    demo = await DemoPage.open(browser, url)
  })

  afterEach(() => expect(demo.errors, 'errors in the console').to.deep.equal([]))

  after(() => demo?.page.close())

  const press = (key: string) => demo.page.keyboard.press(key)
  const button = (name: string | RegExp) => demo.page.getByRole('button', { name })

  async function tabTo(target: Locator): Promise<void> {
    const isFocused = () => target.evaluateAll((found, focused) => found[0]?.matches(focused), ':focus')
    for (let tabs = 0; !(await isFocused()); tabs++) {
      if (tabs === 100) throw new Error(`Tab does not reach ${target}`)
      await press('Tab')
    }
  }

  it('writes, likes and removes a message', async () => {
    await tabTo(demo.input('A'))
    await demo.page.keyboard.type('By keyboard')
    await press('Enter')
    await demo.expectEvent('created “By keyboard”')
    await tabTo(button('Like “By keyboard” in pane B, 0 likes'))
    await press('Space')
    await demo.expectEvent('patched “By keyboard”')
    const like = button('Like “By keyboard” in pane B, 1 likes')
    expect(await like.and(demo.page.locator(':focus')).count(), 'keeps the focus').to.equal(1)
    await tabTo(button('Remove “By keyboard” in pane B'))
    await press('Enter')
    await demo.expectEvent('removed “By keyboard”')
    const focused = demo.pane('B').locator(':focus')
    expect(await focused.count(), 'the focus stays in the pane').to.equal(1)
  })

  it('kills an instance and starts it again', async () => {
    await tabTo(button('Kill instance C'))
    await press('Enter')
    await demo.waitForState('C', 'dead')
    expect(await button('Restart instance C').and(demo.page.locator(':focus')).count()).to.equal(1)
    await press('Enter')
    for (const name of NAMES) await demo.waitForState(name, 'in sync')
  })

  it('sets the load and the theme', async () => {
    await tabTo(button(/theme$/))
    const before = await button(/theme$/).textContent()
    await press('Enter')
    expect(await button(/theme$/).textContent()).not.to.equal(before)
    await tabTo(demo.page.getByRole('slider'))
    await press('ArrowRight')
    expect(await demo.page.locator('output').textContent()).to.equal('10')
    await press('ArrowLeft')
    expect(await demo.page.locator('output').textContent()).to.equal('0')
  })

  it('shows where the focus is', async () => {
    await tabTo(button('Send to instance A'))
    const outline = await button('Send to instance A').evaluate((found) => {
      return (
        globalThis as unknown as { getComputedStyle(of: unknown): { outline: string } }
      ).getComputedStyle(found).outline
    })
    expect(outline).to.include('solid 2px')
  })

  it('has a name for everything that takes the focus', async () => {
    for (const kind of ['button', 'textbox', 'spinbutton', 'checkbox', 'slider'] as const) {
      const all = await demo.page.getByRole(kind).count()
      const named = await demo.page.getByRole(kind, { name: /\S/ }).count()
      expect(all, kind).to.be.greaterThan(0)
      expect(named, kind).to.equal(all)
    }
  })
})
