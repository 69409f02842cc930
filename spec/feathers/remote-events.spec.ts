import { expect } from 'chai'
import { isRemote, local, SYNC } from '../../lib/index.js'
import type { Linked } from '../applications/linked.js'
import { linkMessages, messages } from './messages.js'

describe('isRemote and local, of two instances', () => {
  let one: Linked
  let two: Linked

  beforeEach(() => {
    ;[one, two] = linkMessages()
  })

  it('tell a remote event from a local one, at once and later', async () => {
    const seen: unknown[] = []
    const late: Promise<unknown>[] = []
    for (const { app } of [one, two]) {
      messages(app).on('created', (_data, context) => {
        seen.push([isRemote(), isRemote(context)])
        late.push(Promise.resolve().then(() => [isRemote(), isRemote(context)]))
      })
    }
    await messages(one.app).create({})
    expect(seen).to.have.deep.members([
      [false, false],
      [true, true]
    ])
    expect(await Promise.all(late)).to.have.deep.members([
      [undefined, false],
      [undefined, true]
    ])
  })

  for (const [event, context] of [
    ['liked', undefined],
    ['undeclared', undefined],
    ['liked', { [SYNC]: false }]
  ] as const) {
    it(`know a local '${event}'${context ? ' that is not sent' : ''} inside a remote listener`, () => {
      const seen: unknown[] = []
      const runs: unknown[] = []
      messages(two.app).on(event, () => seen.push(isRemote()))
      messages(two.app).on(
        event,
        local((data: unknown) => runs.push(data))
      )
      messages(two.app).on('created', () => {
        messages(two.app).emit(event, 'inside', context)
        seen.push(isRemote())
      })
      messages(one.app).emit('created', 'outside')
      expect(seen).to.deep.equal([false, true])
      expect(runs).to.deep.equal(['inside'])
    })
  }

  it('run a local listener only where the event was made, until it is taken off', () => {
    const runs: unknown[] = []
    const listener = (data: unknown) => runs.push(data)
    for (const { app } of [one, two]) messages(app).on('created', local(listener))
    messages(one.app).emit('created', 'once')
    expect(runs).to.deep.equal(['once'])
    messages(one.app).off('created', listener)
    messages(one.app).emit('created', 'gone')
    expect(runs).to.deep.equal(['once'])
  })
})
