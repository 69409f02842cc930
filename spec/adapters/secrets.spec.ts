import { inspect } from 'node:util'
import { expect } from 'chai'
import { Secrets } from '../../lib/adapters/secrets.js'
import { SyncError } from '../../lib/errors.js'

const shown = (value: unknown) => inspect(value, { depth: 20, showHidden: true, maxStringLength: null })

describe('Secrets', () => {
  describe('#text', () => {
    const cases: Record<string, [options: object, text: string, redacted: string]> = {
      'the password of a URI': [{ uri: 'redis://ada:s3cret@h' }, "AUTH 'ada' 's3cret'", "AUTH 'ada' '***'"],
      'its decoded form': [{ uri: 'redis://ada:a%2Fb%3Ac@h' }, 'a/b:c', '***'],
      'its encoded form': [{ redisOptions: { password: 'a/b:c' } }, 'a%2Fb%3Ac a%2fb%3ac', '*** ***'],
      'one that was not encoded': [
        { uri: 'redis://ada:1/s3#cret@h' },
        "no host '1/s3#cret'",
        "no host '***'"
      ],
      'a lone user name': [{ uri: 'nats://t0ken@h' }, 't0ken', '***'],
      'each of a list of URIs': [{ uri: 'nats://a:pass1@h,b:pass2@i' }, 'pass1 pass2', '*** ***'],
      'what the query holds': [{ uri: 'mqtt://h?password=s3cret&qos=1' }, 's3cret 1', '*** 1'],
      'options at any depth': [{ a: [{ socket: { passphrase: 's3cret' } }] }, 's3cret', '***'],
      'servers without a scheme': [{ x: { servers: ['ada:s3cret@h:1'] } }, 's3cret', '***'],
      'a URL object, and bytes': [
        { a: new URL('amqp://a:s3cret@h'), key: 1, b: { pass: Buffer.from('t0ken') } },
        's3cret t0ken',
        '*** ***'
      ],
      'what a client was made with': [
        {
          redisClient: new (class {
            options = { password: 's3cret' }
          })()
        },
        's3cret',
        '***'
      ],
      'a short one that stands alone': [{ x: { token: 'ab' } }, "cab 'ab' ab", "cab '***' ***"],
      'a password that was read with its line break': [{ x: { token: 's3cret\n' } }, 's3cret', '***'],
      'the beginning of one that was cut': [{ x: { token: 'a-long-long-token' } }, "'a-long-lon", "'***"],
      'one with what a pattern would mean': [{ x: { pass: '(.*' } }, "'(.*' abc", "'***' abc"],
      'nothing else': [
        { key: 'my-app', uri: 'redis://h:1', redisOptions: { name: 'my@app' } },
        'my-app my@app h',
        'my-app my@app h'
      ]
    }
    for (const [title, [options, text, redacted]] of Object.entries(cases)) {
      it(`hides ${title}`, () => {
        expect(new Secrets(options).text(text)).to.equal(redacted)
      })
    }

    it('is not led astray by options that refer to themselves or throw', () => {
      const options: Record<string, unknown> = {
        redisOptions: { password: 's3cret' },
        get broken() {
          throw new Error('no')
        }
      }
      Object.assign(options.redisOptions as object, { self: options.redisOptions })
      const { broken: _, ...rest } = Object.getOwnPropertyDescriptors(options)
      expect(new Secrets(Object.defineProperties({}, rest)).text('s3cret')).to.equal('***')
      expect(new Secrets({ nested: options }).text('s3cret')).to.equal('***')
    })
  })

  describe('#value', () => {
    const secrets = new Secrets({ uri: 'redis://:s3cret@h' })

    it('leaves an error without credentials as it is', () => {
      const error = new TypeError('refused', { cause: new Error('ECONNREFUSED') })
      expect(secrets.value(error)).to.equal(error)
    })

    const errors: Record<string, () => unknown> = {
      'a message': () => new RangeError('with s3cret'),
      'a cause': () => new Error('a', { cause: new Error('b', { cause: 's3cret' }) }),
      'the errors of an AggregateError': () => new AggregateError([new Error('s3cret'), new Error('b')], 'a'),
      'another property': () => Object.assign(new Error('a'), { command: { args: ['AUTH', 's3cret'] } }),
      bytes: () => Object.assign(new Error('a'), { sent: Buffer.from('AUTH s3cret') }),
      'an object of another class': () =>
        Object.assign(new Error('a'), { client: new Map([['password', 's3cret']]) }),
      'the name of a property': () => Object.assign(new Error('a'), { clients: { 'redis://:s3cret@h': 1 } }),
      'a URL that could not be parsed': () => {
        try {
          return new URL('s3cret')
        } catch (error) {
          return error
        }
      },
      'a cause that is its own': () => {
        const error: Error = new Error('s3cret')
        return Object.assign(error, { cause: error })
      },
      'an error of ours': () => new SyncError('publish', 'a s3cret', new Error('s3cret')),
      'something thrown that is no error': () => ({ reason: 's3cret' })
    }
    for (const [title, create] of Object.entries(errors)) {
      it(`copies an error without them: ${title}`, () => {
        const error = create()
        const redacted = secrets.value(error)
        expect(shown(error)).to.include(
          Buffer.from('s3cret')
            .toString(title === 'bytes' ? 'hex' : 'utf8')
            .replace(/(..)(?!$)/g, title === 'bytes' ? '$1 ' : '$&')
        )
        expect(shown(redacted)).not.to.match(/s3cret|73 33 63 72/)
        expect(redacted).to.be.an.instanceOf((error as object).constructor)
        if (error instanceof Error) {
          expect(redacted).to.include({
            name: error.name,
            message: error.message.replaceAll('s3cret', '***')
          })
        }
      })
    }

    it('keeps what else an error has', () => {
      const error = Object.assign(new Error('s3cret'), { code: 'EAUTH', errno: -1 })
      expect(secrets.value(error)).to.deep.include({ message: '***', code: 'EAUTH', errno: -1 })
    })

    it('shows nothing of what is too large to be looked through', () => {
      const many = Object.assign(new Error('a'), {
        all: new Set(Array.from({ length: 5000 }, (_, i) => ({ i })))
      })
      expect((secrets.value(many) as unknown as { all: unknown }).all).to.equal('***')
    })
  })
})
