import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { createEmitter, type EmitterOptions } from '../../lib/emitter.js'
import type { SyncError } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { Members } from '../support/members.js'

const [secret, other] = [1, 2].map(() => randomBytes(32).toString('base64')) as [string, string]

describe('an emitter with a secret', () => {
  const members = new Members()
  afterEach(() => members.closeAll())

  const open = (options: Pick<EmitterOptions, 'secret'>) => {
    const errors: SyncError[] = []
    const emitter = createEmitter({ uri: 'ipc:', key: members.key, closeTimeout: 400, ...options })
    emitter.on('sync-error', (error) => errors.push(error))
    return {
      emitter,
      errors,
      send: () => emitter.service('events').emit('made', { by: 'worker', number: 1 })
    }
  }

  it('brings its events to instances that have it, also while it is changed', async () => {
    const [one, two] = await members.start(2, { uri: 'ipc:', secret: [secret, other] })
    for (const [round, keys] of [secret, [secret, other], { keys: [other, secret] }].entries()) {
      const { emitter, errors, send } = open({ secret: keys })
      send()
      expect(await emitter.close()).to.equal(0)
      await eventually(async () => {
        for (const member of [one, two]) expect(member.got('worker')).to.have.length(round + 1)
      })
      expect(errors.map(String).join('\n') + one.texts()).to.equal('')
    }
  })

  it('tells that nobody is there who can be read, where it has another one, none, or a needless one', async () => {
    for (const [theirs, own, reason] of [
      [{ secret }, { secret: other }, 'foreign'],
      [{ secret }, {}, 'sealed'],
      [{}, { secret }, 'unsealed']
    ] as const) {
      const [one] = await members.start(2, { uri: 'ipc:', heartbeat: 100, ...theirs })
      const { emitter, errors, send } = open(own)
      await eventually(() => expect(emitter.stats().dropped[reason]).to.be.at.least(1))
      send()
      await emitter.close()
      expect(errors.map(({ kind }) => kind)).to.deep.equal(['secret', 'publish'])
      const known =
        'secret' in own
          ? 'this broker, `key` and `secret`?'
          : 'this broker and `key`, and without a `secret` as here?'
      expect(errors[1]?.message)
        .to.match(/no other instance was heard/)
        .and.contain(known)
      expect(one.got('worker')).to.deep.equal([])
      await members.closeAll()
    }
  })

  it('is refused with a weak secret, which is not shown', () => {
    expect(() => open({ secret: 'swordfish' }))
      .to.throw(TypeError, /`secret` option/)
      .and.not.match(/swordfish/)
    expect(() => open({ secret: undefined })).to.throw(TypeError, /environment variable/)
  })
})
