import type { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Application, HookContext } from '@feathersjs/feathers'
import { deserialize, serialize } from 'bson'
import { expect } from 'chai'
import fc from 'fast-check'
import type { SyncMessage } from '../../lib/message/message.js'
import { FunctionSerializer, JsonSerializer, Serializer } from '../../lib/message/serializer.js'
import { MsgpackSerializer } from '../../lib/msgpack.js'
import { type Linked, linkApps } from '../applications/linked.js'
import { anyCall, type Call, ECHO, METHODS, type Method, type Values } from './any-call.js'

/** What a listener got. `context`: less what is the instance's own. */
interface Heard {
  event: string
  data: unknown
  context: Values
  live: unknown
}

const SECRET = 'SECRET'
const EVENTS = { create: 'created', update: 'updated', patch: 'patched', remove: 'removed' } as const

class BsonSerializer extends Serializer {
  override serialize(message: SyncMessage): Uint8Array {
    return serialize(message)
  }

  override deserialize(bytes: Buffer): SyncMessage {
    return deserialize(bytes, { promoteBuffers: true }) as SyncMessage
  }
}

const serializers: Record<string, () => Serializer> = {
  JSON: () => new JsonSerializer(),
  'a class that writes BSON': () => new BsonSerializer(),
  MessagePack: () => new MsgpackSerializer(),
  'the function options': () => new FunctionSerializer({ serialize: (message) => JSON.stringify(message) }),
  'function options that write BSON': () =>
    new FunctionSerializer({
      serialize: (message) => serialize(message),
      deserialize: (bytes) => deserialize(bytes, { promoteBuffers: true })
    })
}

/** What the policy excludes, in any way a context can contain it. */
const secrets = () => ({ password: SECRET, resetToken: SECRET, deep: [{ apiKey: SECRET }] })
const withSecrets = (data: unknown): unknown =>
  Array.isArray(data) ? data.map(withSecrets) : { ...(data as Values), ...secrets() }
const withoutThem = (data: unknown): unknown =>
  Array.isArray(data) ? data.map(withoutThem) : { ...(data as Values), deep: [{}] }

const privateParams = () => ({
  authentication: { accessToken: SECRET },
  connection: { headers: { cookie: SECRET } },
  run: () => SECRET,
  stream: new PassThrough()
})

const service = (app: Application) =>
  app.service('items') as unknown as EventEmitter & {
    hooks(hooks: object): void
  } & Record<Method, (...args: unknown[]) => Promise<unknown>>

/** A service that does what its `params.call` says. */
function useItems(app: Application): void {
  const answer = async (data: unknown, params: { call: () => Call }) => {
    const { result } = params.call()
    return result === ECHO ? data : result
  }
  const withId = (_id: unknown, data: unknown, params: never) => answer(data, params)
  const methods = {
    create: answer,
    update: withId,
    patch: withId,
    remove: (_id: unknown, params: never) => answer(undefined, params),
    archive: answer,
    search: answer
  }
  app.use('items', methods as never, {
    methods: [...METHODS],
    events: ['searched'],
    serviceEvents: ['archived', 'searched']
  })
  const around = async (context: HookContext, next: () => Promise<void>) => {
    await next()
    const { method, dispatch, status, marks } = (context.params.call as () => Call)()
    Object.assign(context, marks)
    if (dispatch !== undefined) context.dispatch = dispatch
    if (status !== undefined) {
      context.http = { status, location: '/', headers: { 'Set-Cookie': SECRET } }
    }
    if (method === 'archive') context.event = 'archived'
    if (method === 'search') service(app).emit('searched', context.result, context)
  }
  service(app).hooks({ around: { all: [around] } })
}

async function run(app: Application, call: Call): Promise<void> {
  const { method, data, params } = call
  const own = call.result === ECHO ? data : withSecrets(data)
  const all = { ...params, ...privateParams(), user: { id: 1, ...secrets() }, call: () => call }
  const args: Record<Method, unknown[]> = {
    create: [own, all],
    archive: [own, all],
    search: [own, all],
    update: [1, own, all],
    patch: [null, own, all],
    remove: [null, all]
  }
  await service(app)[method](...args[method])
}

/** All that listeners get; `keep` turns a context and its data into what is to be compared. */
function hear(app: Application, keep: (message: SyncMessage) => SyncMessage): Heard[] {
  const heard: Heard[] = []
  for (const event of [...Object.values(EVENTS), 'archived', 'searched']) {
    service(app).on(event, (data: unknown, live: HookContext) => {
      const { app: _app, service: _service, self, arguments: args, ...values } = live.toJSON() as Values
      const kept = keep({ event, path: 'items', data, context: values })
      heard.push({ event, data: kept.data, context: defined(kept.context as Values), live })
    })
  }
  return heard
}

const defined = (values: Values) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** What is sent of a local context. */
function expected({ context, ...message }: SyncMessage, isCut: boolean): SyncMessage {
  const { data, params, http, result, dispatch, ...rest } = context as Values
  const { authentication, connection, run, stream, call, ...open } = params as Values & { call: () => Call }
  const { headers: _headers, ...publicHttp } = (http as Values) ?? {}
  const isOwn = data === message.data || call().result === ECHO
  const [index, length] = Array.isArray(result) ? [result.indexOf(message.data), result.length] : [-1, 0]
  const cut = (value: unknown) =>
    isCut && index >= 0 && Array.isArray(value) && value.length === length ? [value[index]] : value
  return {
    ...message,
    context: defined({
      ...rest,
      data: data === undefined ? undefined : cut(isOwn ? data : withoutThem(unsecret(data))),
      params: { ...open, user: { id: 1, deep: [{}] }, connection: { headers: {} } },
      http: http && publicHttp,
      result: isCut && index >= 0 ? [message.data] : result,
      dispatch: cut(dispatch)
    })
  }
}

const unsecret = (data: unknown): unknown => {
  if (Array.isArray(data)) return data.map(unsecret)
  const { password, resetToken, deep, ...open } = data as Values
  return open
}

describe('fidelity', function () {
  this.timeout(60_000)

  for (const [name, create] of Object.entries(serializers)) {
    it(`gives remote listeners what local ones get, after the serializer, less the policy: ${name}`, async () => {
      const serializer = create()
      const isCut = serializer.takesWholeMessages
      const property = async (calls: Call[], atOnce: boolean) => {
        const [one, two] = linkApps(2, useItems, serializer) as [Linked, Linked]
        const here = hear(one.app, (message) =>
          serializer.deserialize(Buffer.from(serializer.serialize(expected(message, isCut)) as Buffer))
        )
        const there = hear(two.app, (message) => message)
        if (atOnce) await Promise.all(calls.map((call) => run(one.app, call)))
        else for (const call of calls) await run(one.app, call)
        expect(one.errors).to.deep.equal([])
        expect(two.errors).to.deep.equal([])
        expect(there.map(({ event }) => event)).to.deep.equal(here.map(({ event }) => event))
        for (const [index, { data, context }] of here.entries()) {
          expect(there[index]?.data).to.deep.equal(data)
          expect(there[index]?.context).to.deep.equal(context)
        }
        if (!isCut) {
          const shared = (heard: Heard[]) =>
            heard.map(({ live }) => heard.findIndex((other) => other.live === live))
          expect(shared(there)).to.deep.equal(shared(here))
          expect(one.payloads.length).to.equal(new Set(here.map(({ live }) => live)).size)
        }
        for (const payload of one.payloads) expect(payload.includes(SECRET)).to.equal(false)
      }
      await fc.assert(
        fc.asyncProperty(fc.array(anyCall, { minLength: 1, maxLength: 4 }), fc.boolean(), property),
        {
          numRuns: 100
        }
      )
    })
  }
})
