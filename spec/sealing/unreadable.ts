import { deflateRawSync } from 'node:zlib'
import { expect } from 'chai'

/** Origin, count and time are in the clear. */
const HEAD = 38

/** Expects that nobody can read any of the texts in sealed frames, nor anything else: but for the heads they have to look random. */
export function expectUnreadable(messages: readonly Buffer[], texts: readonly string[]): void {
  const all = Buffer.concat(messages)
  for (const text of texts) {
    expect(all.includes(text), text).to.equal(false)
    expect(all.includes(Buffer.from(text).toString('base64').slice(0, 8)), `${text} as base64`).to.equal(
      false
    )
  }
  const sealed = Buffer.concat(messages.map((message) => message.subarray(HEAD)))
  expect(deflateRawSync(sealed, { level: 9 }).length).to.be.at.least(sealed.length)
}
