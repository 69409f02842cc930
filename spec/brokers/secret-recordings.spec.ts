import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { expectNothingDropped, Fleet } from '../faults/fleet.js'
import type { RemoteInstance } from '../faults/remote-instance.js'
import { Attacker } from '../sealing/attacker.js'
import { anotherPlace, PLACES } from '../support/places.js'

const secret = randomBytes(32).toString('base64')

/** By as much as a recording is too old to begin with, in ms. */
const OLD = 61_000

describe('a recording of an instance that is gone', function () {
  this.timeout(120_000)

  for (const name of Object.keys(PLACES) as (keyof typeof PLACES)[]) {
    it(`on ${name}: who was away takes nothing of it, who was there what it is owed`, async () => {
      const key = `recorded-${randomUUID()}`
      const [near, far] = [await PLACES[name](), await anotherPlace(name)]
      const fleet = new Fleet({ uri: near.uri, key, secret, heartbeat: 500 })
      const [here, there] = [
        await Attacker.join(name, near.uri, key),
        await Attacker.join(name, far.uri, key)
      ]
      const withheld: Buffer[] = []
      let withholds = false
      here.listen((bytes) => void there.send(bytes))
      there.listen((bytes) => {
        if (withholds) withheld.push(bytes)
        else void here.send(bytes)
      })
      try {
        const [stays, returns] = (await fleet.start(2)) as [RemoteInstance, RemoteInstance]
        // It makes its last events by a clock that is behind: as if they were sent again so much later.
        const [gone] = await fleet.add(1, { uri: far.uri }, [0, -OLD])
        await gone.ready()
        await fleet.acquainted()
        await gone.make(10)
        await fleet.settled()
        withholds = true
        gone.setClock()
        await gone.report() // it has heard of it
        await gone.make(100, { perSecond: 1000 })
        await gone.until(({ stats }) => stats.events.waiting === 0)
        await gone.kill()
        await returns.reconnect()
        await returns.until(({ reconnects, status }) => reconnects === 1 && status === 'ready')
        for (const bytes of withheld) await here.send(bytes)
        await stays.until(({ got }) => got[gone.name]?.count === 110)
        await returns.until(({ stats }) => stats.dropped.outdated >= withheld.length)
        const [{ stats }, { got, errors, gaps }] = [await stays.report(), await returns.report()]
        expectNothingDropped(stats.dropped)
        expect(got[gone.name]?.count).to.equal(10)
        expect(errors.filter((text) => text.startsWith('secret: '))).to.have.length(1)
        expect(gaps).to.deep.equal([])
        await fleet.end()
      } finally {
        await fleet.kill()
        await Promise.all([here.close(), there.close()])
        await Promise.all([near.stop(), far.stop()])
      }
    })
  }
})
