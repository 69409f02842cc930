import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { decodeFrame } from '../../lib/delivery/wire/frame.js'
import { SealedFrame } from '../../lib/sealing/sealed-frame.js'
import { bytesOf, ORIGIN } from '../delivery/wire/golden.js'
import { eventually } from '../support/eventually.js'
import { Members, range } from '../support/members.js'
import { PLACES, type Place } from '../support/places.js'
import { TAPS } from '../support/taps.js'
import { GOLDEN_SEALS } from './golden.js'
import { openByThePage } from './second-opener.js'
import { Party } from './stage.js'

const hexOf = (text: string) => bytesOf(text).toString('hex')

describe('sealed frames', () => {
  describe('as golden vectors', () => {
    for (const { name, secret, key, count, time, frame, hex } of GOLDEN_SEALS) {
      it(`are opened, also by a second implementation: ${name}`, () => {
        const party = new Party({ secret, key })
        party.now = time
        expect(party.open(bytesOf(hex))).to.equal(hexOf(frame))
        expect(openByThePage(bytesOf(hex), secret, key)).to.deep.equal({
          ...{ origin: ORIGIN, count, time },
          frame: bytesOf(frame)
        })
      })
      if (count > 1000) continue
      it(`are written: ${name}`, () => {
        const party = new Party({ secret, key, origin: ORIGIN })
        party.now = time
        for (let before = 1; before < count; before += 1) party.seal()
        expect(Buffer.from(party.seal(bytesOf(frame))).toString('hex')).to.equal(hexOf(hex))
      })
    }
  })

  describe('that instances send over Redis', () => {
    const secret = randomBytes(32).toString('base64')
    const members = new Members()
    let place: Place
    before(async () => {
      place = await PLACES.redis()
    })
    after(() => place.stop())
    afterEach(() => members.closeAll())

    it('are what the page says, for a second implementation that knows nothing but it', async () => {
      const messages: Buffer[] = []
      const stop = await TAPS.redis(place.uri, members.key, (bytes) => messages.push(Buffer.from(bytes)))
      const before = Date.now()
      const [one, two] = await members.start(2, { uri: place.uri, secret })
      for (const member of [one, two]) member.make(5)
      await eventually(async () => {
        expect(two.got(one)).to.deep.equal(range(1, 5))
        expect(one.got(two)).to.deep.equal(range(1, 5))
      })
      await members.closeAll()
      await eventually(async () => {
        const opened = messages.map((message) => openByThePage(message, secret, members.key))
        const kinds = opened.map(({ frame }) => decodeFrame(frame).kind)
        expect(kinds.filter((kind) => kind === 'events')).to.have.length.at.least(2)
        expect(kinds.filter((kind) => kind === 'heartbeat')).to.have.length.at.least(4) // both join and leave
        const origins = new Set(opened.map(({ origin }) => origin))
        expect(origins.size).to.equal(2)
        for (const each of origins) {
          const counts = opened.filter(({ origin }) => origin === each).map(({ count }) => count)
          expect(counts).to.deep.equal(range(1, counts.length))
        }
        for (const { time } of opened) expect(time).to.be.within(before, Date.now())
      })
      await stop()
    })

    it('never have a count, and so a nonce, twice under one key: who is set up again is another origin', async () => {
      const messages: SealedFrame[] = []
      const stop = await TAPS.redis(place.uri, members.key, (bytes) =>
        messages.push(new SealedFrame(Buffer.from(bytes)))
      )
      const [one, two] = await members.start(2, { uri: place.uri, secret })
      for (const _ of range(1, 3)) {
        await one.app.sync.close()
        await one.app.setup()
        await one.app.sync.ready
        for (const member of [one, two]) member.make(2)
      }
      await members.closeAll()
      await eventually(() => new Set(messages.map(({ sender }) => sender)).size === 5)
      const counts = messages.map(({ sender, count }) => `${sender} ${count}`)
      expect(new Set(counts).size).to.equal(counts.length)
      await stop()
    })
  })
})
