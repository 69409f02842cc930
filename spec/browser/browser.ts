import { type Browser, chromium } from 'playwright-core'
import { findProgram } from '../support/brokers/command.js'

/** The same names as in scripts/ensure-chromium.sh. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome']

/** Debian's Chromium, or what else is installed: Playwright's own browsers are not needed. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = PROGRAMS.map((program) => findProgram({ program })).find((file) => file)
  if (!executablePath)
    throw new Error(`none of ${PROGRAMS.join(', ')} is installed: run npm run test:browser`)
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return await chromium.launch({ executablePath, args: [...asRoot, '--disable-dev-shm-usage'] })
}
