// The default import: Node finds no other names in this CommonJS package.
import feathersjs from '@feathersjs/feathers'
import { isObject, type Values } from '../message/fields.js'
import { chosenContext, isOwnField, publicContext, withoutPasswords } from '../message/policy.js'

const { FeathersHookManager } = feathersjs

/** Of every hook context that Feathers makes. It is not called: that costs as much as all the rest here. */
const { toJSON } = new FeathersHookManager(undefined, '').getContextClass().prototype
const inheritedNames = new WeakMap<object, string[]>()

export interface ContextChoice {
  /** The `context` option, in place of the default policy. */
  readonly choose?: ((context: never) => object | undefined) | undefined
  /** Called for values that are lost, though they are data: circular ones, and those that can't be read. */
  lost?(cause: unknown): void
}

/**
 * What is sent of a context, by the default policy or the `context` option. An object that is no hook context is sent as far as
 * it is plain data.
 *
 * @param data the event's own data: if the context has the same object, it is left as it is
 * @throws Error if there is a dispatch that can't be sent, and what the `context` option throws
 */
export function contextToSend(context: unknown, data: unknown, choice: ContextChoice = {}): unknown {
  const { choose, lost } = choice
  if (choose) return chosen(context, choose)
  if (isObject(context) && context.toJSON === toJSON) {
    return publicContext(context, namesOf(context), data, lost)
  }
  const values = toPlain(context)
  return isObject(values)
    ? publicContext(values, Object.keys(values), data, lost)
    : withoutPasswords(values, lost)
}

function chosen(context: unknown, choose: NonNullable<ContextChoice['choose']>): unknown {
  const plain = toPlain(choose(context as never))
  return isObject(plain) ? { ...identity(context), ...chosenContext(plain) } : plain
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
