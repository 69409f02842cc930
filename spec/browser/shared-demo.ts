import type { Browser } from 'playwright-core'
import { launchBrowser } from './browser.js'
import { DemoProcess } from './demo-process.js'

let starting: Promise<[DemoProcess, Browser]> | undefined

/** A demo over `ipc:` and a browser for all specs: each leaves it with three instances that are in sync. */
export async function sharedDemo(): Promise<{ browser: Browser; url: string }> {
  starting ??= Promise.all([DemoProcess.start(), launchBrowser()])
  const [demo, browser] = await starting
  return { browser, url: demo.url }
}

after(async () => {
  const [demo, browser] = (await starting) ?? []
  await browser?.close()
  await demo?.interrupt()
})
