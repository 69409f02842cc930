import { expect } from 'chai'
import { rejection } from '../conformance/rejection.js'
import { Certificates } from '../support/brokers/certificates.js'
import type { Snippet } from '../support/snippets.js'
import type { ServerFiles } from './broker-access.js'
import { APP, expectSync, type Page } from './page.js'

export type Change = [from: string, to: string]

/** A snippet that means another broker, or other files. */
export const at = (snippet: Snippet, ...changes: Change[]): Snippet => ({
  ...snippet,
  code: changes.reduce((code, [from, to]) => code.replaceAll(from, to), snippet.code)
})

/** An instance with another key, as a user who has no right to it. */
export async function expectRefusal(page: Page, snippet: Snippet): Promise<void> {
  const { app } = await page.run(at(snippet, ['my-application', 'foreign']), APP)
  expect(await rejection(app.sync.ready)).to.include({ kind: 'auth' })
}

export async function expectSyncOver(page: Page, heading: string, type: string): Promise<void> {
  const apps = await page.twice(page.snippet(heading), APP)
  await expectSync(apps)
  expect(apps[0].sync.type).to.equal(type)
}

/** @param end code that throws where what was handed in is closed, and closes it */
export async function expectLeftOpen(page: Page, snippet: Snippet, end: string): Promise<void> {
  const apps = await page.twice(snippet, APP, `app.on('end', () => { ${end} })\n`)
  await expectSync(apps)
  for (const app of apps) {
    await app.teardown()
    app.emit('end')
  }
}

/** Certificates of a server and a client, for the tests of the current `describe`. */
export class PageCertificates {
  server!: ServerFiles
  /** From the files that a page names to those of the client. */
  client!: Change[]

  constructor() {
    let certificates: Certificates
    before(async () => {
      certificates = await Certificates.make()
      const { cert, key } = await certificates.sign('server', 'DNS:localhost,IP:127.0.0.1')
      const client = await certificates.sign('client', 'DNS:client')
      this.server = { ca: certificates.ca, cert, key }
      this.client = [
        ['ca.pem', certificates.ca],
        ['client.pem', client.cert],
        ['client.key', client.key]
      ]
    })
    after(() => certificates.remove())
  }
}
