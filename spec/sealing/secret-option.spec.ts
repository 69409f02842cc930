import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { serialize } from 'node:v8'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { createEmitter, type EmitterOptions } from '../../lib/emitter.js'
import sync, { type SyncOptions } from '../../lib/index.js'
import { sealingKeys, wrongSecret } from '../../lib/sealing/secret-option.js'
import { formsOf } from '../support/secret-forms.js'

const [one, two] = [1, 2].map(() => randomBytes(32).toString('base64')) as [string, string]
const key = 'messages of the shop, in production 7'

const EXPECTED =
  '`secret` option provided to feathers-sync has to be a string, a list of strings of which the first one seals, or ' +
  "{ keys, plain: 'send' | 'accept' | 'refuse' }, where each secret is one that cannot be guessed: use the output of " +
  '`openssl rand -base64 32`, got '

/** No text may have it. */
const SHOWN = 'Swordfish'
const isUndefined = 'undefined (is the environment variable set?'

/** A list that was filled from the second place on. */
function sparse(secret: string): string[] {
  const list: string[] = []
  list[1] = secret
  return list
}

const WRONG: [value: unknown, got: string][] = [
  [undefined, `${isUndefined} Leave the option out for no secret)`],
  [null, 'null'],
  ['', 'an empty string'],
  [SHOWN, 'a string of 9 characters, fewer than 32'],
  [SHOWN.repeat(4), 'a string that can be guessed'],
  ...[`${one}\n`, ` ${one}`, `${one}\r\n`, '\t'].map((spaced): [string, string] => [
    spaced,
    'a string with white space around it, such as the line break at the end of a file: remove it'
  ]),
  [one.slice(0, 31), 'a string of 31 characters, fewer than 32'],
  [12_345, 'a number'],
  [true, 'a boolean'],
  [false, 'a boolean'],
  [() => one, 'a function'],
  [Symbol(SHOWN), 'a symbol'],
  [[], 'an empty array'],
  [[one, undefined], `an array whose item 1 is ${isUndefined})`],
  [sparse(one), `an array whose item 0 is ${isUndefined})`],
  [[undefined], `an array whose item 0 is ${isUndefined})`],
  [[one, null], 'an array whose item 1 is null'],
  [[one, ''], 'an array whose item 1 is an empty string'],
  [[one, SHOWN], 'an array whose item 1 is a string of 9 characters, fewer than 32'],
  [[one, two, SHOWN.repeat(4)], 'an array whose item 2 is a string that can be guessed'],
  [[[one]], 'an array whose item 0 is an array'],
  [[one, { keys: two }], 'an array whose item 1 is an object'],
  [[one, two, one], 'an array that has a secret twice'],
  [{}, `an object whose \`keys\` is ${isUndefined})`],
  [{ keys: undefined, plain: 'send' }, `an object whose \`keys\` is ${isUndefined})`],
  [{ keys: SHOWN }, 'an object whose `keys` is a string of 9 characters, fewer than 32'],
  [{ keys: [] }, 'an object whose `keys` is an empty array'],
  [
    { keys: [one, SHOWN.repeat(4)] },
    'an object whose `keys` is an array whose item 1 is a string that can be guessed'
  ],
  [{ keys: [one, one] }, 'an object whose `keys` is an array that has a secret twice'],
  [{ keys: { keys: one } }, 'an object whose `keys` is an object'],
  [{ keys: one, plain: SHOWN }, 'an object with another `plain`'],
  [{ keys: one, plain: null }, 'an object with another `plain`'],
  [{ keys: one, plain: true }, 'an object with another `plain`'],
  [{ keys: one, mode: 'accept' }, 'an object with the unknown name `mode`'],
  [{ key: one }, 'an object with the unknown name `key`'],
  [{ keys: one, [two]: true }, 'an object with an unknown name'],
  [Buffer.alloc(32), 'bytes'],
  [[Buffer.alloc(32)], 'an array whose item 0 is an object']
]

const title = (value: unknown) =>
  inspect(value, { breakLength: Number.POSITIVE_INFINITY })
    .replaceAll(one, '<one>')
    .replaceAll(two, '<two>')
    .replaceAll(one.slice(0, 31), '<cut>')

describe('the option secret', () => {
  for (const [secret, got] of WRONG) {
    it(`refuses ${title(secret)}, and shows nothing of it`, () => {
      for (const configure of [
        () => feathers().configure(sync({ uri: 'ipc:', key, secret } as SyncOptions)),
        () => createEmitter({ uri: 'ipc:', key, secret } as EmitterOptions)
      ]) {
        expect(configure)
          .to.throw(TypeError)
          .with.property('message', EXPECTED + got)
      }
      for (const shown of [SHOWN, one, two, one.slice(0, 8)]) expect(got).not.to.include(shown)
    })
  }

  it('takes one, a list, and either of them with a mode', () => {
    const right = [
      one,
      [one],
      [one, two],
      { keys: one },
      { keys: [two, one] },
      { keys: one, plain: undefined }
    ]
    for (const plain of ['send', 'accept', 'refuse']) right.push({ keys: [one, two], plain } as never)
    for (const secret of right) expect(wrongSecret(secret), title(secret)).to.equal(undefined)
  })

  it('refuses the key of the application as a secret', () => {
    for (const secret of [two, [one, two], { keys: two }, { keys: [one, two] }]) {
      expect(() => sync({ uri: 'ipc:', key: two, secret }))
        .to.throw(TypeError)
        .with.property('message', `${EXPECTED}the \`key\`, which is no secret`)
    }
    sync({ uri: 'ipc:', key: two, secret: one })
  })

  it('excludes wire: 3, and says in which order to go on', () => {
    expect(() => sync({ uri: 'ipc:', key, secret: one, wire: 3 }))
      .to.throw(TypeError)
      .with.property(
        'message',
        '`secret` option provided to feathers-sync excludes `wire: 3`, as feathers-sync 3 can open nothing that is sealed: upgrade all instances ' +
          'first, then remove `wire`, then introduce the secret'
      )
    sync({ uri: 'ipc:', key, secret: one, wire: 4 })
  })

  describe('sealingKeys', () => {
    it('shows no secret where it is copied', () => {
      const copied = serialize(sealingKeys([one, two], key)).toString('latin1')
      expect(copied).to.include('refuse')
      for (const secret of [one, two])
        for (const form of formsOf(secret)) expect(copied.includes(form)).to.equal(false)
    })

    it('has another id for each secret and each key, and the same for the same', () => {
      const ids = [sealingKeys(one, 'a'), sealingKeys(two, 'a'), sealingKeys(one, 'b')].map(
        ({ ids }) => ids[0]
      )
      expect(new Set(ids).size).to.equal(3)
      expect(sealingKeys({ keys: [two, one] }, 'a').ids).to.deep.equal([ids[1], ids[0]])
    })

    it('refuses plain messages by default', () => {
      expect(sealingKeys(one, key).plain).to.equal('refuse')
      expect(sealingKeys({ keys: [one], plain: 'send' }, key).plain).to.equal('send')
    })
  })
})
