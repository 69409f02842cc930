import { mkdir, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { BrowserContextOptions } from 'playwright-core'
import { DemoPage } from './demo-page.js'
import { STARTUP } from './demo-process.js'
import { sharedDemo } from './shared-demo.js'

/** With SCREENSHOTS=1 the pictures of the README are made anew. */
const IMAGES = process.env.SCREENSHOTS && 'docs/images'
const LARGEST = 200_000
/** For so long the plots are filled before, in ms. */
const PLOTTED = 26_000

describe('the appearance of the demo', function () {
  this.timeout(STARTUP + 2 * PLOTTED)
  let demo: DemoPage | undefined

  afterEach(async () => {
    await demo?.page.close()
    expect(demo?.errors, 'errors in the console').to.deep.equal([])
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`is ${colorScheme} where the system is, until the button says otherwise`, async () => {
      demo = await open({ colorScheme, viewport: { width: 1280, height: 1080 } })
      await play(demo)
      const picture = await demo.page.screenshot()
      if (IMAGES) {
        expect(picture.length).to.be.lessThan(LARGEST)
        await mkdir(IMAGES, { recursive: true })
        await writeFile(`${IMAGES}/demo-${colorScheme}.png`, picture)
      }
      expect(await brightness(demo)).to.equal(colorScheme)
      await demo.page.getByRole('button', { name: /theme$/ }).click()
      expect(await brightness(demo)).not.to.equal(colorScheme)
    })
  }

  for (const width of [320, 400, 768, 1920]) {
    it(`fits in ${width} pixels`, async () => {
      demo = await open({ viewport: { width, height: 900 } })
      const widest = await demo.page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)
      expect(widest).to.be.at.most(width)
    })
  }

  async function open(options: BrowserContextOptions): Promise<DemoPage> {
    const { browser, url } = await sharedDemo()
    demo = await DemoPage.open(browser, url, options)
    return demo
  }
})

/** What there is to see: messages, a loss that was recovered, and load. */
async function play(demo: DemoPage): Promise<void> {
  for (const [name, text] of [
    ['A', 'Hello from A'],
    ['B', 'B is here too'],
    ['C', 'And so is C']
  ] as const) {
    await demo.send(name, text)
    await demo.expectEvent(`created “${text}”`)
  }
  await demo.dropNext('B', 1)
  await demo.page
    .getByRole('button', { name: /^Like “Hello/ })
    .first()
    .click()
  await demo.expectEvent('patched “Hello from A”')
  await demo.feed('B').filter({ hasText: 'recovered' }).waitFor()
  await demo.page.getByRole('slider').fill('40')
  if (IMAGES) await demo.page.waitForTimeout(PLOTTED)
}

async function brightness(demo: DemoPage): Promise<'light' | 'dark'> {
  const color = await demo.page.locator('body').evaluate((body) => {
    const { getComputedStyle } = globalThis as unknown as {
      getComputedStyle(of: unknown): { backgroundColor: string }
    }
    return getComputedStyle(body).backgroundColor
  })
  const [red = 0] = (color.match(/[\d.]+/g) ?? []).map(Number)
  return red > 128 ? 'light' : 'dark'
}
