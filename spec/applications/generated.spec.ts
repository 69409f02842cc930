import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { PLACES, type Place } from '../support/places.js'
import { TAPS } from '../support/taps.js'
import { Chat, COOKIE, PASSWORD } from './chat.js'
import { type Chapter, tell } from './chat-story.js'

const BCRYPT = /\$2[aby]\$\d\d\$/
/** As the README's recipe for this application has it. */
const OMIT = ['password', /secret$/i, 'githubId']

const users = {
  ann: { userId: 1, user: { email: 'ann@example.com', id: 1 } },
  bob: { userId: 2, user: { email: 'bob@example.com', id: 2 } }
}

/** What Ann's client of the own instance gets. */
const EVENTS = (at: number): Record<string, unknown[]> => ({
  'create by REST and by websocket': [
    ['messages created', { text: `hi of ann at ${at}`, ...users.ann }],
    ['messages created', { text: `hi of bob at ${at}`, ...users.bob }]
  ],
  'patch by REST and by websocket': [
    ['messages patched', { text: `ho of ann at ${at}`, ...users.bob }],
    ['messages patched', { text: `ho of bob at ${at}`, ...users.ann }]
  ],
  // With resolvers, Feathers itself sends clients nothing of the items.
  'create of several by REST and by websocket': Array(4).fill(['messages created', null]),
  'a custom event': [['messages typing', { name: 'Ann', at }]],
  'a sign-up, a new password, and the removal of an account': [
    ['users created', { email: `carl-${at}@example.com` }],
    ['users patched', { email: 'ann@example.com' }],
    ['users removed', { email: `carl-${at}@example.com` }]
  ],
  'remove by REST and by websocket': [
    ['messages removed', { text: `ho of bob at ${at}`, ...users.ann }],
    ['messages removed', { text: `ho of ann at ${at}`, ...users.bob }]
  ],
  'after a logout': [['messages created', { text: `bye of ann at ${at}`, ...users.ann }]]
})

function without(data: unknown, ...names: string[]): unknown {
  if (data === null) return null
  return Object.fromEntries(Object.entries(data as object).filter(([name]) => !names.includes(name)))
}

describe('the application that the Feathers CLI generates', () => {
  for (const name of Object.keys(PLACES) as (keyof typeof PLACES)[]) {
    for (const omit of [undefined, OMIT]) {
      describe(`over ${name}, ${omit ? 'with' : 'without'} the omit option`, () => {
        let place: Place
        let chat: Chat
        let untap: () => Promise<unknown>
        let traffic = ''
        let chapters: Chapter[]

        before(async () => {
          place = await PLACES[name]()
          const key = `chat-${randomUUID()}`
          chat = await Chat.start({ uri: place.uri, key, ...(omit && { omit }) })
          untap = await TAPS[name](place.uri, key, (bytes) => {
            traffic += Buffer.from(bytes).toString('latin1')
          })
          await chat.logIn()
          await chat.received(0)
          await chat.received(1)
          chapters = await tell(chat)
          await eventually(() => traffic.includes('bye of ann at 1'), {
            message: 'the last event in the traffic'
          })
        })

        after(async () => {
          await untap()
          await chat.close()
          await place.stop()
        })

        it('shows clients of both instances the same, in order', () => {
          for (const { title, instance, received } of chapters) {
            for (const [kind, [own, other]] of Object.entries(received)) {
              expect(other, `${kind}, ${title} at ${instance}`).to.deep.equal(own)
            }
          }
          const errors = chat.instances.flatMap((instance) => instance.errors)
          expect(errors.map(String)).to.deep.equal([])
        })
        it('shows those who are logged in every event, records without passwords and with their users', () => {
          expect(chapters).to.have.length(14)
          for (const { title, instance, received } of chapters) {
            const { anonymous, ann, bob } = received
            expect(anonymous[0], title).to.deep.equal([])
            expect(bob[0], title).to.deep.equal(title === 'after a logout' ? [] : ann[0])
            const seen = ann[0].map(([event, data]) => [event, without(data, 'createdAt', 'id')])
            expect(seen, title).to.deep.equal(EVENTS(instance)[title])
          }
        })

        it('has neither tokens nor plain passwords in its traffic, and hashes only where they are not omitted', () => {
          for (const seen of ['hi of ann at 0', 'two of ann at 1', 'ann@example.com']) {
            expect(traffic).to.include(seen)
          }
          const secrets = chat.tokens.flatMap((token) => token.split('.').slice(1))
          for (const secret of [...secrets, PASSWORD, COOKIE, 'Bearer', 'originalUrl'])
            expect(traffic).not.to.include(secret)
          expect(BCRYPT.test(traffic)).to.equal(!omit)
        })
      })
    }
  }
})
