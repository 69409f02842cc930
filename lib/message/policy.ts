import { isObject, lackingFields, less, type NameTest, setField, type Values } from './fields.js'
import { isPlain } from './kinds.js'
import { isHeaders, isPrivateHeader, isSecret, nameTest, omitTest } from './names.js'
import { type PortableOptions, portable } from './portable.js'
import { recordOf } from './record.js'
import { isSame } from './same.js'
import { isWebObject } from './web-objects.js'

type Lost = PortableOptions['lost']

/** Of a context: the receiver sets these from its own instance. */
const OWN_FIELDS = new Set(['app', 'service', 'self', 'arguments', 'toJSON'])

/** Of a context, by Feathers: of these what is in them may be omitted. */
const CONTEXT_FIELDS = new Set([
  ...['path', 'method', 'event', 'type', 'id', 'statusCode'],
  ...['data', 'result', 'dispatch', 'params', 'http']
])

/** Of `params` and the connection: credentials, requests, and the working state of schema resolvers (it holds the context). */
const PRIVATE_PARAMS = new Set([
  'authentication',
  'connection',
  'resolve',
  'req',
  'res',
  'request',
  'response',
  'ctx'
])

/** Fields of a context that no message may set. Names such as `__proto__` and `constructor` mean something on every object. */
export const isOwnField = nameTest((name) => OWN_FIELDS.has(name) || name in Object.prototype)

/** What clients are shown of an event: its data, which is the context's result, or an item of it. */
export interface EventRecord {
  /** As it was emitted. */
  readonly live: unknown
  readonly sent: unknown
}

/** Decides what leaves an instance. `docs/wire.md` describes it in full. */
export class Policy {
  readonly #isOmitted: NameTest | undefined
  /** Secret, private or omitted. */
  readonly #isLeftOut: NameTest
  readonly #isHeaderLeftOut: NameTest
  readonly #isFieldLeftOut: NameTest
  readonly #isParamLeftOut: NameTest

  /** @param omit names of fields, and patterns of names, that leave no instance, at any depth */
  constructor(omit: readonly (string | RegExp)[] = []) {
    const isOmitted = omitTest(omit)
    this.#isOmitted = isOmitted
    this.#isLeftOut = either(isSecret, isOmitted)
    this.#isHeaderLeftOut = either(isPrivateHeader, isOmitted)
    this.#isFieldLeftOut = nameTest(
      (name) => isOwnField(name) || (!CONTEXT_FIELDS.has(name) && this.#isLeftOut(name))
    )
    this.#isParamLeftOut = nameTest((name) => PRIVATE_PARAMS.has(name) || this.#isLeftOut(name))
  }

  /**
   * What is sent of an event's data: all that clients are shown, but what is omitted.
   *
   * @param lost called for values that are lost: they are nested too deep, or can't be read
   * @throws what reading it threw, if nothing is left
   */
  record(live: unknown, lost?: Lost): EventRecord {
    const causes: unknown[] = []
    const isLeftOut = this.#isOmitted
    const sent = recordOf(live, { isLeftOut, lost: (cause) => causes.push(cause) })
    if (sent === undefined && causes.length > 0) throw causes[0]
    for (const cause of causes) lost?.(cause)
    return { live, sent }
  }

  /**
   * What is sent of a context by default.
   *
   * @param names the fields to send, as far as they may be sent
   * @param lost called for values that are lost though they are data: circular ones, and those that can't be read
   * @throws Error if there is a dispatch that can't be sent
   */
  context(context: Values, names: Iterable<string>, record: EventRecord, lost?: Lost): Values {
    const sent: Values = {}
    const options = this.#options(lost)
    for (const name of names) {
      if (this.#isFieldLeftOut(name) || name === 'dispatch') continue
      const copy = this.#contextField(name, read(context, name, lost), record, options)
      if (copy !== undefined) sent[name] = copy
    }
    return this.#withDispatch(sent, context, record)
  }

  /** What is sent of a context if the application has chosen `values` to be sent: all that a message may set. Throws as above. */
  chosen(values: Values, record: EventRecord, lost?: Lost): Values {
    const sent = less(values, isOwnField)
    const isLeftOut = this.#isOmitted
    for (const [name, value] of Object.entries(sent)) {
      if (name === 'data' || name === 'result') sent[name] = this.#own(value, record) ?? sent[name]
      if (isLeftOut && sent[name] === value) sent[name] = recordOf(value, { isLeftOut, lost })
      if (isLeftOut && !CONTEXT_FIELDS.has(name) && isLeftOut(name)) delete sent[name]
    }
    return this.#withDispatch(sent, values, record)
  }

  /** What is sent of a value that is no record: of a context, or in its place. */
  value(value: unknown, lost?: Lost): unknown {
    return copyOf(value, this.#options(lost))
  }

  #options(lost: Lost): PortableOptions {
    const inside = (name: string, value: object) => {
      if (!isHeaders(name)) return undefined
      // A list of headers has their names and values in turn.
      return { isLeftOut: this.#isHeaderLeftOut, isExcluded: () => Array.isArray(value), lost }
    }
    return { isLeftOut: this.#isLeftOut, isExcluded: isWebObject, inside, lost }
  }

  /** The value of a field called `name`. */
  #field(name: string, value: unknown, options: PortableOptions): unknown {
    if (typeof value !== 'object' || value === null) return copyOf(value, options)
    return portable(value, options.inside?.(name, value) ?? options)
  }

  #contextField(name: string, value: unknown, record: EventRecord, options: PortableOptions): unknown {
    switch (name) {
      case 'params':
        return this.#params(value, options)
      case 'http':
        return isObject(value) ? copyOf(less(value, isHeaders, options.lost), options) : undefined
      case 'data':
      case 'result':
        return this.#own(value, record) ?? copyOf(value, options)
      default:
        return this.#field(name, value, options)
    }
  }

  /** What is sent of a context's `data` or `result` if it is the event's record; else undefined. */
  #own(value: unknown, { live, sent }: EventRecord): unknown {
    if (value === live) return sent
    // Each item of the list that contains the event's data is the data of an event, too.
    if (Array.isArray(value)) return value.includes(live) ? this.#list(value) : undefined
    const lacking = lackingFields(value, live)
    if (!lacking || sent === live || !isObject(sent)) return lacking && value
    return less(sent, (name) => lacking.includes(name))
  }

  #list(items: readonly unknown[]): unknown {
    const isLeftOut = this.#isOmitted
    return isLeftOut ? items.map((item) => recordOf(item, { isLeftOut })) : items
  }

  /** What is sent of a hook context's `params`. Of the connection, which mostly repeats them, what isn't private as well. */
  #params(params: unknown, options: PortableOptions): unknown {
    if (!isObject(params)) return copyOf(params, options)
    const sent = this.#fields(params, options)
    const connection = read(params, 'connection', options.lost)
    if (!isObject(connection) || !isPlain(connection) || this.#isOmitted?.('connection')) return sent
    sent.connection = this.#fields(connection, options, params, sent)
    return sent
  }

  /**
   * What is sent of the fields of params or a connection.
   *
   * @param known the fields of which `copies` has what is sent
   */
  #fields(values: Values, options: PortableOptions, known: Values = {}, copies: Values = {}): Values {
    const sent: Values = {}
    for (const name of Object.keys(values)) {
      if (this.#isParamLeftOut(name)) continue
      try {
        const value = values[name]
        const isKnown = Object.hasOwn(copies, name) && known[name] === value
        const copy = isKnown ? copies[name] : this.#field(name, value, options)
        if (copy !== undefined || value === undefined) setField(sent, name, copy)
      } catch (cause) {
        options.lost?.(cause) // a getter threw
      }
    }
    return sent
  }

  /** Clients are shown `dispatch || result`: all of the dispatch, or the event isn't sent. */
  #withDispatch(sent: Values, context: Values, record: EventRecord): Values {
    const { dispatch, result } = context
    if (dispatch === undefined) return sent
    const copy = recordOf(dispatch, { isLeftOut: this.#isOmitted, lost: rethrow })
    if (dispatch && (!copy || copy === Number.POSITIVE_INFINITY || copy === Number.NEGATIVE_INFINITY)) {
      throw new Error(
        `context.dispatch (${typeof dispatch}) would be lost on the way, and clients of other instances be shown ` +
          'the raw result: make it a plain object'
      )
    }
    const isList = Array.isArray(result) && result.includes(record.live)
    if (result === record.live && isSame(copy, record.sent)) sent.dispatch = record.sent
    else if (isList && Array.isArray(dispatch) && Array.isArray(copy) && copy.length === result.length) {
      sent.dispatch = this.#listedDispatch(dispatch, copy, result) ?? sent.result
    } else sent.dispatch = copy
    return sent
  }

  /**
   * Feathers shows the clients of a bulk call the item of the dispatch that is the same as the event's data.
   *
   * @returns undefined if each item is: then it is the list of the result
   */
  #listedDispatch(live: readonly unknown[], sent: readonly unknown[], result: readonly unknown[]): unknown {
    const isShown = live.map((item, index) => isSame(item, result[index]))
    const isSent = sent.map((item, index) => isSame(item, this.record(result[index]).sent))
    if (isSent.every((is, index) => is && isShown[index])) return undefined
    // Not shown to clients here: so not elsewhere, where nothing but an omitted field made the difference.
    return sent.map((item, index) => (isSent[index] && !isShown[index] ? null : item))
  }
}

function either(one: NameTest, other: NameTest | undefined): NameTest {
  return other ? nameTest((name) => one(name) || other(name)) : one
}

function rethrow(cause: unknown): never {
  throw cause
}

function copyOf(value: unknown, options: PortableOptions): unknown {
  return typeof value === 'string' ? value : portable(value, options)
}

/** A getter may throw. */
function read(values: Values, name: string, lost: Lost): unknown {
  try {
    return values[name]
  } catch (cause) {
    lost?.(cause)
    return undefined
  }
}
