import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { SyncOptions } from '../../lib/index.js'
import { withLogins } from '../applications/logins.js'
import { type Client, type Instance, settle, startInstances } from '../applications/servers.js'
import { eventually } from '../support/eventually.js'
import { PLACES, type Place } from '../support/places.js'
import { TAPS } from '../support/taps.js'

const COOKIE = 'session=cookie-of-the-browser'
const PASSWORD = 'plain text of the password'

describe('the traffic of the broker', () => {
  for (const name of Object.keys(PLACES) as (keyof typeof PLACES)[]) {
    for (const wire of [4, 3] as const) {
      describe(`of ${name}, wire ${wire}`, () => {
        let place: Place
        let instances: Instance[] = []
        let client: Client
        let untap: (() => Promise<unknown>) | undefined
        let traffic: string

        beforeEach(async () => {
          place = await PLACES[name]()
          const options: SyncOptions = { uri: place.uri, key: `tapped-${randomUUID()}`, wire }
          instances = await startInstances(2, 'koa', withLogins, options)
          const [one] = instances as [Instance]
          client = await one.connect({ cookie: COOKIE })
          const user = await one.app.service('users').create({ email: 'a@b.c', password: PASSWORD })
          expect(user.password).to.match(/^\$2/)
          await settle(one, 'messages', [client])
          traffic = ''
          untap = await TAPS[name](place.uri, options.key as string, (bytes) => {
            traffic += Buffer.from(bytes).toString('latin1')
          })
        })

        afterEach(async () => {
          await untap?.()
          await Promise.all(instances.splice(0).map((instance) => instance.close()))
          await place.stop()
        })

        it('has the records, and no credentials', async () => {
          const [one, two] = instances as [Instance, Instance]
          const credentials = { strategy: 'local', email: 'a@b.c', password: PASSWORD }
          const login = await client.call('create', 'authentication', credentials)
          const { accessToken } = login as { accessToken: string }
          const heard: unknown[] = []
          two.app.service('messages').on('created', ({ text }: { text: string }) => heard.push(text))
          await client.call('create', 'messages', { text: 'what is to be seen' })
          const known = await one.connect({ cookie: COOKIE, authorization: `Bearer ${accessToken}` })
          await known.call('create', 'messages', { text: 'that too' }, { query: { more: 'a query' } })
          await eventually(() => heard.length === 2)
          await eventually(() => /what is to be seen[\s\S]*that too/.test(traffic))
          // The context of the call is there, so it isn't for want of one that nothing secret is.
          for (const seen of ['a query', 'a@b.c', 'websocket']) expect(traffic).to.include(seen)
          const [{ password }] = (await one.app.service('users').find()) as [{ password: string }]
          expect(accessToken).to.match(/^ey/)
          const [, payload = '', signature = ''] = accessToken.split('.')
          for (const secret of [payload, signature, password, PASSWORD, COOKIE])
            expect(traffic).not.to.include(secret)
        })
      })
    }
  }
})
