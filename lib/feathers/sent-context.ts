// The default import: Node finds no other names in this CommonJS package.
import feathersjs from '@feathersjs/feathers'
import { atOnce } from '../message/at-once.js'
import { isObject, type Values } from '../message/fields.js'
import { type EventRecord, isOwnField, type Policy } from '../message/policy.js'

const { FeathersHookManager } = feathersjs

/** Of every hook context that Feathers makes. It is not called: that costs as much as all the rest here. */
const { toJSON } = new FeathersHookManager(undefined, '').getContextClass().prototype
const inheritedNames = new WeakMap<object, string[]>()

export interface ContextChoice {
  readonly policy: Policy
  /** The `context` option, in place of what the policy chooses. */
  readonly choose?: ((context: never) => object | undefined) | undefined
  /** Called for values that are lost, though they are data: circular ones, and those that can't be read. */
  lost?(cause: unknown): void
}

export interface SentContext {
  readonly sent: unknown
  /** The live result, as far as it is sent. */
  readonly result: unknown
}

/**
 * What is sent of a context, by the default policy or the `context` option. An object that is no hook context is sent as far as
 * it is plain data.
 *
 * @throws Error if there is a dispatch that can't be sent, and what the `context` option throws
 */
export function contextToSend(context: unknown, record: EventRecord, choice: ContextChoice): SentContext {
  const { policy, choose, lost } = choice
  if (choose) return chosen(context, record, choice)
  if (isObject(context) && context.toJSON === toJSON) {
    return { sent: policy.context(context, namesOf(context), record, lost), result: context.result }
  }
  const values = toPlain(context)
  if (!isObject(values)) return { sent: policy.value(values, lost), result: undefined }
  return { sent: policy.context(values, Object.keys(values), record, lost), result: values.result }
}

function chosen(context: unknown, record: EventRecord, { policy, choose, lost }: ContextChoice): SentContext {
  const plain = toPlain(atOnce(choose?.(context as never), 'the `context` option'))
  if (!isObject(plain)) return { sent: plain, result: undefined }
  return { sent: { ...identity(context), ...policy.chosen(plain, record, lost) }, result: plain.result }
}

/** The names that Feathers' `toJSON` copies: the context's own, and those of its service method's class. */
function namesOf(context: object): string[] {
  const prototype: object = Object.getPrototypeOf(context)
  let inherited = inheritedNames.get(prototype)
  if (!inherited) {
    inherited = []
    for (const name in prototype) if (!isOwnField(name)) inherited.push(name)
    inheritedNames.set(prototype, inherited)
  }
  return [...Object.keys(context), ...inherited]
}

/** The names without which the receiver can't create a context. */
function identity(context: unknown): Values {
  if (!isObject(context)) return {}
  const { path, method, event } = context
  const all = Object.entries({ path, method, event })
  return Object.fromEntries(all.filter(([, name]) => typeof name === 'string'))
}

function toPlain(context: unknown): unknown {
  return isObject(context) && typeof context.toJSON === 'function' ? context.toJSON() : context
}
