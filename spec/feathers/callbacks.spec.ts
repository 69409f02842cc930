import { expect } from 'chai'
import { JsonSerializer, local } from '../../lib/index.js'
import { type Linked, linkApps } from '../applications/linked.js'
import { linkMessages, messages, record, useMessages } from './messages.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))
const kinds = ({ errors }: Linked) => errors.map(({ kind }) => kind)

/** Unhandled ones would end the process. */
function watchRejections(): unknown[] {
  const rejections: unknown[] = []
  const listener = (reason: unknown) => rejections.push(reason)
  before(() => {
    process.on('unhandledRejection', listener)
  })
  beforeEach(() => rejections.splice(0))
  after(() => {
    process.off('unhandledRejection', listener)
  })
  return rejections
}

describe('functions of the user', () => {
  const rejections = watchRejections()
  const link = (options: object) =>
    linkApps(2, useMessages, new JsonSerializer(), options) as [Linked, Linked]

  const answers: [what: string, answer: () => unknown, text: RegExp | undefined, isSent: boolean][] = [
    ['true', () => true, undefined, true],
    ['false', () => false, undefined, false],
    ['a value that counts as true', () => 'yes', undefined, true],
    ['null', () => null, undefined, false],
    ['a promise of false', async () => false, /returned a promise.*can't be async/, false],
    ['a promise of true', async () => true, /returned a promise/, false],
    ['a promise that is rejected', () => Promise.reject(new Error('no')), /returned a promise/, false],
    ['another thenable', () => Object.fromEntries([['then', () => {}]]), /returned a promise/, false],
    ['undefined', () => undefined, /returned undefined: it has to return true or false/, false],
    [
      'an error, thrown',
      () => {
        throw new Error('not my day')
      },
      /not my day/,
      false
    ]
  ]
  for (const [what, answer, text, isSent] of answers) {
    it(`a filter's ${what}: the event is ${isSent ? '' : 'not '}sent${text ? ', and that is reported' : ''}`, async () => {
      const [one, two] = link({ filter: answer })
      const [here, there] = [record(one.app), record(two.app)]
      await messages(one.app).create({ text: 'hi' })
      await turn()
      expect([here.length, there.length]).to.deep.equal([1, isSent ? 1 : 0])
      expect(kinds(one)).to.deep.equal(text ? ['filter'] : [])
      if (text) expect(one.errors[0]?.message).to.match(text)
      expect(rejections).to.deep.equal([])
    })
  }

  for (const [what, choose] of [
    ['a promise', async () => ({ params: {} })],
    ['a promise that is rejected', () => Promise.reject(new Error('no'))]
  ] as const) {
    it(`a context option's ${what}: the event is not sent, and that is reported`, async () => {
      const [one, two] = link({ context: choose })
      const [here, there] = [record(one.app), record(two.app)]
      await messages(one.app).create({ text: 'hi' })
      await turn()
      expect([here.length, there.length]).to.deep.equal([1, 0])
      expect(kinds(one)).to.deep.equal(['serialize'])
      expect(one.errors[0]?.message).to.match(/the `context` option returned a promise.*can't be async/)
      expect(rejections).to.deep.equal([])
    })
  }

  for (const [what, listen] of [
    [
      'an async listener',
      (app: Linked['app'], listener: () => Promise<void>) => messages(app).on('created', listener)
    ],
    [
      'one that listens once',
      (app: Linked['app'], listener: () => Promise<void>) => messages(app).once('created', listener)
    ],
    ['a sync-in listener', (app: Linked['app'], listener: () => Promise<void>) => app.on('sync-in', listener)]
  ] as const) {
    it(`${what} that rejects on a received event: reported as a throw is, the next ones arrive`, async () => {
      const [one, two] = linkMessages()
      listen(two.app, async () => {
        await turn()
        throw new Error('not my day')
      })
      const there = record(two.app)
      await messages(one.app).create({ text: 'first' })
      await turn()
      await turn()
      await messages(one.app).create({ text: 'second' })
      await turn()
      await turn()
      expect(there.map(([data]) => data)).to.deep.equal([{ text: 'first' }, { text: 'second' }])
      expect(two.errors.length).to.equal(what.includes('once') ? 1 : 2)
      expect(two.errors[0]).to.include({ kind: 'listener' })
      expect(two.errors[0]?.message).to.match(/listener.* threw.*: not my day$/)
      expect(rejections).to.deep.equal([])
    })
  }

  it('a sync-out listener that rejects is reported, and the event is sent', async () => {
    const [one, two] = linkMessages()
    const there = record(two.app)
    one.app.on('sync-out', async () => {
      throw new Error('not my day')
    })
    await messages(one.app).create({})
    await turn()
    expect(there.length).to.equal(1)
    expect(kinds(one)).to.deep.equal(['listener'])
    expect(rejections).to.deep.equal([])
  })

  it('a rejection of a local listener is the same as without sync', async () => {
    const [one] = linkMessages()
    messages(one.app).on(
      'created',
      local(async () => {
        throw new Error('own')
      })
    )
    await messages(one.app).create({})
    await turn()
    expect(new Set(rejections.map(String))).to.deep.equal(new Set(['Error: own'])) // mocha emits it again
    expect(one.errors).to.deep.equal([])
  })
})
