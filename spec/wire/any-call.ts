import fc from 'fast-check'

export type Values = Record<string, unknown>
export type Method = 'create' | 'update' | 'patch' | 'remove' | 'archive' | 'search'

/** One service call: what it is given, what the service returns, and what hooks make of the context. */
export interface Call {
  method: Method
  data: unknown
  params: Values
  /** What the service returns; `echo`: its data. */
  result: unknown
  dispatch: unknown
  status: number | undefined
  marks: Values
}

export const ECHO = Symbol('echo')
export const METHODS: readonly Method[] = ['create', 'update', 'patch', 'remove', 'archive', 'search']

/** No name that says that it is secret, or that no message may set. */
const fieldName = fc
  .oneof(fc.constantFrom('same', 'list', 'origin', 'event', 'x y', 'ünï', '0'), fc.string({ maxLength: 5 }))
  .filter((name) => !/pass|pwd|secret|token|key|salt|hash|\0|^\$|_bsontype|toJSON/i.test(name))
  .filter((name) => !(name in Object.prototype))

const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.date({ noInvalidDate: true, min: new Date(0) }),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes))
)
const { value, fields } = fc.letrec<{ value: unknown; fields: Values }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, tie('fields'), fc.array(tie('value'), { maxLength: 3 })),
  fields: fc.dictionary(fieldName, tie('value'), { maxKeys: 4 })
}))

const record = fc.tuple(fc.integer(), fields).map(([id, more]) => ({ ...more, id }))
const records = fc.array(record, { minLength: 0, maxLength: 5 })
const page = records.map((data) => ({ total: data.length, limit: 10, skip: 0, data }))
const marks = fc.dictionary(
  fieldName.map((name) => (name === 'event' ? 'x' : name)),
  value,
  { maxKeys: 3 }
)
const dispatch = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  record,
  records,
  fc.constantFrom(null, 0, '', 'text')
)

export const anyCall: fc.Arbitrary<Call> = fc.record({
  method: fc.constantFrom(...METHODS),
  data: fc.oneof(record, records),
  params: fields,
  result: fc.oneof(fc.constant(ECHO), record, records, records, page, scalar),
  dispatch,
  status: fc.option(fc.integer({ min: 200, max: 299 }), { nil: undefined }),
  marks
})
