import { Decimal128, ObjectId } from 'bson'

class Money {
  readonly #cents = 150
  toJSON() {
    return { amount: this.#cents / 100, currency: 'EUR' }
  }
}

/** An entity of an ORM. */
class Entity {
  id = 7
  name = 'entity'
  save = () => this
  get double() {
    return 2 * this.id
  }
}

/** As `ObjectId` of other drivers. */
class Oid {
  constructor(private readonly hex: string) {}
  toHexString() {
    return this.hex
  }
  toJSON() {
    return this.hex
  }
}

const circleFree = { id: 1 }

/** Values of fields, made anew for each record, by what they are. */
export const kinds: Record<string, () => unknown> = {
  text: () => 'ünï',
  numbers: () => [0, -0, 1.5, -1e300, 2 ** 53],
  'NaN and Infinity': () => [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  booleans: () => [true, false],
  null: () => null,
  undefined: () => undefined,
  'undefined in a list': () => [undefined, 1],
  'a list with holes': () => Object.assign(Array(3), { 1: 1 }),
  'nested objects': () => ({ a: [{ b: { c: [[1]] } }], empty: {}, none: [] }),
  'an object without a prototype': () => Object.assign(Object.create(null), { a: 1 }),
  'an object that is there twice': () => ({ one: circleFree, two: circleFree }),
  'secret names': () => ({ pass: true, passwordless: true, token: 't', hash: '#', cookie: 'c' }),
  'names of request fields': () => ({ url: '/x', headers: { cookie: 'c' }, ctx: 1, req: 2 }),
  'a field called __proto__': () => JSON.parse('{"__proto__":{"a":1}}'),
  'a date': () => new Date(86_400_000),
  'an invalid date': () => new Date(Number.NaN),
  'a URL': () => new URL('https://example.com/a?b=c'),
  'an object with toJSON': () => new Money(),
  'an object with a toJSON of its own': () => ({ secret: 1, toJSON: () => ({ open: [1] }) }),
  'a toJSON that gives a list of such': () => ({ toJSON: () => [new Money(), new Date(0)] }),
  'a toJSON that gives nothing': () => ({ toJSON: () => undefined }),
  'an error': () => new Error('not my day'),
  'an error with fields': () =>
    Object.assign(new TypeError('x'), { code: 'E1', data: { a: new URL('https://b.c/') } }),
  'a function': () => () => 1,
  'functions in a list': () => [() => 1, 2, Symbol('x')],
  'a symbol': () => Symbol('x'),
  'an entity with a method of its own': () => new Entity(),
  'an ObjectId': () => new ObjectId('0123456789abcdef01234567'),
  'a Decimal128': () => Decimal128.fromString('1.50'),
  'an ObjectId of another driver': () => new Oid('0123456789abcdef01234567'),
  'a regular expression': () => /x/g,
  'a map': () => new Map([['a', 1]]),
  'a set': () => new Set([1]),
  'a Buffer': () => Buffer.from([0, 1, 255]),
  'a Buffer in a list': () => [{ deep: Buffer.from('ünï') }],
  'a Uint8Array': () => Uint8Array.of(1, 2, 3),
  'an ArrayBuffer': () => Uint8Array.of(4, 5).buffer,
  'a Float64Array': () => Float64Array.of(1.5),
  'what a Buffer is as JSON': () => ({ type: 'Buffer', data: [1, 2] }),
  'boxed values': () => [Object('text'), Object(7), Object(false)]
}

/** A record with a value of the kind, as it is and within. */
export function recordWith(make: () => unknown, id: number): Record<string, unknown> {
  return { id, value: make(), inner: { list: [make()] } }
}
