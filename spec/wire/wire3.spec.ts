import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync, { isRemote, type SyncError, type SyncOptions } from '../../lib/index.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { type Heard, Version3 } from '../support/version-3.js'

type Items = EventEmitter & Record<string, (...args: unknown[]) => Promise<unknown>>

/** An instance of this version, with the interface of the one of feathers-sync 3. */
class Version4 {
  readonly app: Application = feathers()
  readonly errors: SyncError[] = []
  readonly #heard: Heard[] = []
  readonly remote: unknown[] = []

  constructor(options: SyncOptions) {
    this.app.configure(sync(options))
    this.app.on('sync-error', (error) => this.errors.push(error))
    const service = {
      create: async (data: unknown) => (Array.isArray(data) ? data : { ...(data as object) }),
      patch: async (id: unknown, data: object) => ({ id, ...data }),
      remove: async (id: unknown) => ({ id })
    }
    this.app.use('items', service as never, { events: ['liked'] })
    this.app.use('authentication', { create: async () => ({}), createAccessToken: () => 'secret' } as never)
    for (const event of ['created', 'patched', 'removed', 'liked']) {
      this.#items.on(event, (data: unknown, context?: HookContext) => {
        this.remote.push(isRemote())
        const isOwn = context?.app === this.app && (context.service as unknown) === this.#items
        const values =
          context &&
          (JSON.parse(JSON.stringify({ ...context.toJSON(), app: 0, service: 0, self: 0 })) as object)
        this.#heard.push({ event, data, ...(context && { context: { ...values, isOwn } }) })
      })
    }
  }

  get #items(): Items {
    return this.app.service('items') as unknown as Items
  }

  async call(method: string, ...args: unknown[]): Promise<void> {
    await this.#items[method]?.(...args)
  }

  async emit(event: string, data: unknown): Promise<void> {
    this.#items.emit(event, data)
  }

  async report(): Promise<Heard[]> {
    return this.#heard
  }

  async end(): Promise<void> {
    await this.app.teardown()
  }
}

type Instance = Version3 | Version4

const params = { clientId: 'abc', user: { id: 7 } }

/** Each kind of event that there is, each with the name of its maker. */
async function act(instance: Instance, by: string): Promise<void> {
  await instance.call('create', { by, step: 1 }, params)
  await instance.call('create', [
    { by, step: 2 },
    { by, step: 3 }
  ])
  await instance.call('patch', 5, { by, step: 4 }, params)
  await instance.emit('liked', { by, step: 5 })
}

const STEPS = ['created 1', 'created 2', 'created 3', 'patched 4', 'liked 5']

/** What came of one maker. */
const of = (heard: Heard[], by: string) => heard.filter(({ data }) => (data as { by: string }).by === by)
const steps = (heard: Heard[]) =>
  heard.map(({ event, data }) => `${event} ${(data as { step: number }).step}`)

describe('feathers-sync 3.1.1 and `wire: 3`', function () {
  this.timeout(60_000)

  let redis: RedisBroker
  const instances: Instance[] = []
  const keep = <Kept extends Instance>(instance: Kept): Kept => {
    instances.push(instance)
    return instance
  }
  const startOurs = async (options: SyncOptions) => {
    const instance = keep(new Version4(options))
    await instance.app.sync.ready
    return instance
  }
  const startTheirs = async (...options: Parameters<typeof Version3.start>) =>
    keep(await Version3.start(...options))

  const brokers: Record<string, () => Promise<string>> = {
    Redis: async () => redis.uri,
    AMQP: async () => (await sharedRabbit()).createVhost()
  }

  before(async () => {
    redis = await startRedis()
  })
  after(() => redis.stop())
  afterEach(async () => {
    await Promise.all(instances.splice(0).map((instance) => instance.end()))
  })

  /** Each has what each maker made, once and in its order. */
  const expectAll = async (readers: Instance[], makers: Record<string, Instance>, rounds = 1) => {
    const expected = Array.from({ length: rounds }, () => STEPS).flat()
    await eventually(
      async () => {
        for (const reader of readers) {
          const heard = await reader.report()
          for (const by of Object.keys(makers)) expect(steps(of(heard, by)), by).to.deep.equal(expected)
        }
      },
      { message: 'all events at all instances' }
    )
  }

  for (const [name, uriOf] of Object.entries(brokers)) {
    describe(`on ${name}`, () => {
      let options: { uri: string; key: string }
      beforeEach(async () => {
        options = { uri: await uriOf(), key: `wire3-${randomUUID()}` }
      })

      it('exchange events both ways, each once and in order, and nobody goes deaf', async () => {
        // A heartbeat that is sent would leave version 3 deaf.
        const ours = [1, 2].map(() => startOurs({ ...options, wire: 3, heartbeat: 100 }))
        const theirs = [1, 2].map(() => startTheirs(options))
        const [one, two, three, four] = await Promise.all([...ours, ...theirs])
        const makers = { one, two, three, four } as Record<string, Instance>
        for (const round of [1, 2]) {
          await Promise.all(Object.entries(makers).map(([by, maker]) => act(maker, by)))
          await expectAll(Object.values(makers), makers, round)
        }
        await (two as Version4).end() // its last heartbeat is no message either
        const { two: _two, ...rest } = makers
        await Promise.all(Object.entries(rest).map(([by, maker]) => act(maker, by)))
        await expectAll(Object.values(rest), rest, 3)
        for (const { errors } of [one, two] as Version4[]) expect(errors).to.deep.equal([])
        const { remote } = one as Version4
        expect(remote.filter((value) => value === false)).to.have.length(3 * STEPS.length)
        const received = (3 + 2 + 3) * STEPS.length
        expect(remote.filter((value) => value === true)).to.have.length(received)
        expect((one as Version4).app.sync.stats().events).to.include({ received, sent: 3 * STEPS.length })
      })

      it('are silent about a login at version 3, whose event is not delivered', async () => {
        const [ours, theirs] = await Promise.all([startOurs({ ...options, wire: 3 }), startTheirs(options)])
        await theirs.login()
        await act(theirs, 'theirs')
        await expectAll([ours], { theirs })
        expect(ours.errors).to.deep.equal([])
        expect(await ours.report()).to.have.length(STEPS.length)
      })

      it('give each other contexts with what listeners need', async () => {
        const [ours, theirs] = await Promise.all([startOurs({ ...options, wire: 3 }), startTheirs(options)])
        const makers = { ours, theirs } as Record<string, Instance>
        for (const [by, maker] of Object.entries(makers)) await act(maker, by)
        await expectAll([ours, theirs], makers)
        for (const [by, reader] of [
          ['theirs', ours],
          ['ours', theirs]
        ] as const) {
          const [single, first, second, patched, liked] = of(await reader.report(), by)
          expect(single?.context, by).to.deep.include({
            ...{ isOwn: true, path: 'items', method: 'create', event: 'created', type: 'around' },
            ...{ params, data: { by, step: 1 }, result: { by, step: 1 } }
          })
          expect(patched?.context).to.deep.include({ id: 5, method: 'patch', event: 'patched', params })
          for (const item of [first, second]) {
            expect(item?.context?.result).to.deep.include(item?.data) // what clients are sent is looked up in it
            expect(item?.context).to.include({ isOwn: true, method: 'create' })
          }
          expect(liked).not.to.have.property('context')
        }
      })

      it('are both read by an instance of wire 4', async () => {
        const reader = await startOurs({ ...options, heartbeat: 0 })
        const [ours, theirs] = await Promise.all([
          startOurs({ ...options, wire: 3 }),
          startTheirs({ ...options, isTolerant: true })
        ])
        const makers = { ours, theirs } as Record<string, Instance>
        await Promise.all(Object.entries(makers).map(([by, maker]) => act(maker, by)))
        await expectAll([reader, ours], makers)
        expect(reader.errors).to.deep.equal([])
        expect(reader.remote).to.deep.equal(Array(2 * STEPS.length).fill(true))
      })
    })
  }

  it('meet over AMQP where version 3 was configured by `sync.amqp` without a `key`', async () => {
    const uri = await brokers.AMQP?.()
    const [ours, theirs] = await Promise.all([
      startOurs({ uri: `${uri}`, key: 'feathersSync', wire: 3 }),
      startTheirs({ uri: `${uri}`, adapter: 'amqp' })
    ])
    const makers = { ours, theirs } as Record<string, Instance>
    await Promise.all(Object.entries(makers).map(([by, maker]) => act(maker, by)))
    await expectAll([ours, theirs], makers)
    expect(ours.errors).to.deep.equal([])
  })

  it('of wire 3 and 4 exchange events both ways, each once: the second step of the upgrade', async () => {
    const options = { uri: redis.uri, key: `wire3-${randomUUID()}` }
    const [three, four] = await Promise.all([startOurs({ ...options, wire: 3 }), startOurs(options)])
    const makers = { three, four }
    await Promise.all(Object.entries(makers).map(([by, maker]) => act(maker, by)))
    await expectAll([three, four], makers)
    for (const { errors } of [three, four]) expect(errors).to.deep.equal([])
  })
})
