import { randomUUID } from 'node:crypto'
import { serialize as pack, deserialize as unpack } from 'node:v8'
import type { Application, HookContext } from '@feathersjs/feathers'
import { deserialize, serialize } from 'bson'
import { expect } from 'chai'
import { createContainer, Serializer, type SyncMessage, type SyncOptions } from '../../lib/index.js'
import { MsgpackSerializer } from '../../lib/msgpack.js'
import { kinds, recordWith } from './records.js'
import { type Client, type Instance, settle, startInstances } from './servers.js'

class BsonSerializer extends Serializer {
  override serialize(message: SyncMessage): Uint8Array {
    return serialize(message)
  }

  override deserialize(bytes: Buffer): SyncMessage {
    return deserialize(bytes, { promoteBuffers: true }) as SyncMessage
  }
}

function withSerializer(Class: new () => Serializer): SyncOptions {
  const container = createContainer()
  container.rebind(Serializer).to(Class)
  return { container }
}

/** v8 knows no types of BSON; msgpackr changes the name `__proto__`; BSON writes a map as a document. */
const CHANGED: Record<string, string[]> = {
  'functions of its own': ['an ObjectId', 'a Decimal128'],
  MessagePack: ['a field called __proto__'],
  BSON: ['a map']
}

const serializers: Record<string, () => SyncOptions> = {
  JSON: () => ({}),
  MessagePack: () => withSerializer(MsgpackSerializer),
  BSON: () => withSerializer(BsonSerializer),
  'functions of its own': () => ({
    serialize: (message) => pack(message),
    deserialize: (bytes) => unpack(bytes)
  })
}

/** What hooks make of a record that clients are shown. */
const dispatches: Record<string, (record: object) => unknown> = {
  'the record': () => undefined,
  'a dispatch that is equal': (record) => ({ ...record }),
  'a dispatch that hides a field': ({ id, ...record }: { id?: number }) => record,
  'a dispatch that shows more': (record) => ({ ...record, passwordless: true, more: [record] })
}

for (const [name, options] of Object.entries(serializers)) {
  describe(`a client of another instance, with ${name}`, () => {
    let instances: Instance[] = []
    let one: Instance
    let clients: Client[]
    let make: () => unknown
    let choose: (record: object) => unknown

    before(async () => {
      const uri = { uri: 'ipc:', key: `records-${randomUUID()}` }
      instances = await startInstances(
        2,
        'feathers',
        (app: Application) => {
          const create = async (data: object | object[]) =>
            Array.isArray(data) ? data.map((_item, id) => recordWith(make, id)) : recordWith(make, 1)
          app.use('records', { create } as never, { events: ['marked'] })
          app.service('records').hooks({
            after: {
              create(context: HookContext) {
                const { result } = context
                const dispatch = Array.isArray(result) ? result.map(choose) : choose(result)
                context.dispatch = choose(result) === undefined ? undefined : dispatch
              }
            }
          })
        },
        { ...uri, ...options() }
      )
      one = instances[0] as Instance
      clients = await Promise.all(instances.map((instance) => instance.connect()))
    })

    after(async () => {
      await Promise.all(instances.splice(0).map((instance) => instance.close()))
    })

    for (const [kind, value] of Object.entries(kinds)) {
      if (CHANGED[name]?.includes(kind)) continue
      for (const [shown, hook] of Object.entries(dispatches)) {
        it(`gets what clients of the own instance get: ${kind}, in ${shown}`, async () => {
          make = value
          choose = hook
          await one.app.service('records').create({})
          await one.app.service('records').create([{}, {}])
          await settle(one, 'records', clients)
          const [here, there] = clients.map(({ log }) => log.splice(0))
          expect(here).to.have.length(3)
          expect(there).to.deep.equal(here)
          expect(instances.flatMap(({ errors }) => errors.splice(0))).to.deep.equal([])
        })
      }
    }
  })
}
