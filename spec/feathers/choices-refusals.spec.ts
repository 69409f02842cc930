import { expect } from 'chai'
import type { ServiceSync } from '../../lib/index.js'
import { type Linked, linkApps } from '../applications/linked.js'
import { plain } from './services.js'

describe('Choices', () => {
  describe('refuses', () => {
    const use = (sync: unknown, path = 'messages', methods = {}) => {
      const [one] = linkApps(1) as [Linked]
      return () => one.app.use(path, plain(methods), { events: ['typing'], sync: sync as ServiceSync })
    }
    const WRONG: [sync: unknown, got: string][] = [
      [null, 'null'],
      [1, 'a number'],
      ['created', 'a string'],
      [['created'], 'an array'],
      [() => true, 'a function'],
      [{ evnts: [] }, 'an object with the unknown name `evnts`'],
      [{ send: 'no' }, 'an object whose `send` is a string'],
      [{ receive: null }, 'an object whose `receive` is null'],
      [{ events: 'created' }, 'an object whose `events` is a string'],
      [{ events: ['created', 1] }, 'an object whose `events` is a list with something else than a name']
    ]
    for (const [sync, got] of WRONG) {
      it(`${got} as \`sync\``, () => {
        expect(use(sync)).to.throw(
          TypeError,
          /^feathers-sync: the `sync` option of the service 'messages' has to be true, false or an object with/
        )
        expect(use(sync)).to.throw(`, got ${got}`)
      })
    }

    it('events that the service does not have, naming those that it has', () => {
      const text =
        "the `sync` option of the service 'messages' names the event 'craeted', which is none of those that the service has: " +
        "'created', 'updated', 'patched', 'removed', 'typing'. Custom ones are declared by `events` in app.use()"
      expect(use({ events: ['craeted'] })).to.throw(TypeError, text)
    })

    it('events of an authentication service', () => {
      const methods = { createAccessToken: async () => 'token' }
      const text =
        "'created', which is none of those that are shared: events of an authentication service never are"
      expect(use({ events: ['created'] }, 'authentication', methods)).to.throw(TypeError, text)
      use(false, 'authentication', methods)()
    })

    it('events in `services` that the service does not have, when it is used, and takes the application after a correction', () => {
      const [one] = linkApps(1, () => {}, undefined, { services: { messages: { events: ['typing'] } } }) as [
        Linked
      ]
      const text = "the `services` option, for 'messages', names the event 'typing'"
      expect(() => one.app.use('messages', plain())).to.throw(TypeError, text)
      expect(Object.keys(one.app.services)).to.deep.equal([])
      one.app.use('messages', plain(), { events: ['typing'] })
    })
  })
})
