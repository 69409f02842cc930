import { randomUUID } from 'node:crypto'
import { type Application, feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync, {
  Container,
  createContainer,
  decorate,
  EventBridge,
  IpcAdapter,
  inject,
  injectable,
  injectFromBase,
  JsonSerializer,
  NatsAdapter,
  RedisAdapter,
  Serializer,
  SyncAdapter,
  type SyncMessage,
  type SyncOptions
} from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { LoopAdapter } from '../support/loop-adapter.js'

class OtherAdapter extends LoopAdapter {
  override readonly type = 'other'
}

/** JSON backwards: what another serializer can't read. */
class ReversedSerializer extends Serializer {
  override serialize(message: SyncMessage): string {
    return [...JSON.stringify(message)].reverse().join('')
  }

  override deserialize(bytes: Buffer): SyncMessage {
    return JSON.parse([...bytes.toString()].reverse().join(''))
  }
}

describe('container', () => {
  let key: string
  const apps: Application[] = []

  /** An application with its own graph, in sync with the others of the test where the adapter is a LoopAdapter. */
  function configure(options: SyncOptions) {
    const app = feathers().configure(sync({ key, ...options }))
    apps.push(app)
    app.use('messages', { create: async (data: object) => data } as never)
    const texts: string[] = []
    app.service('messages').on('created', ({ text }: { text: string }) => texts.push(text))
    return { app, texts, create: (text: string) => app.service('messages').create({ text }) }
  }

  const withLoop = (container = createContainer()) => {
    container.bind(SyncAdapter).to(LoopAdapter).whenNamed('loop')
    return container
  }

  beforeEach(() => {
    key = randomUUID()
  })

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.teardown()))
  })

  describe('createContainer', () => {
    it('binds every part', () => {
      const container = createContainer()
      expect(container.get(SyncAdapter, { name: 'rediss' })).to.be.instanceOf(RedisAdapter)
      expect(container.get(SyncAdapter, { name: 'nats' })).to.be.instanceOf(NatsAdapter)
      expect(container.get(Serializer)).to.be.instanceOf(JsonSerializer)
      expect(container.get(EventBridge)).to.be.instanceOf(EventBridge)
    })
  })

  describe('a custom adapter', () => {
    it('is picked by the scheme, and carries events', async () => {
      const container = withLoop()
      const [one, two] = [
        configure({ uri: 'loop://here', container }),
        configure({ uri: 'loop://here', container })
      ]
      await Promise.all([one.app.sync.ready, two.app.sync.ready])
      await one.create('hello')
      await eventually(() => two.texts.length > 0, { message: 'the event' })
      expect(two.texts).to.deep.equal(['hello'])
      expect(one.texts).to.deep.equal(['hello'])
      expect(one.app.sync.type).to.equal('loop')
    })

    it('is picked by the `adapter` option, without a URI', () => {
      const { app } = configure({ adapter: 'loop', container: withLoop() })
      expect(app.sync.adapter).to.be.instanceOf(LoopAdapter)
    })

    it('is found in a Container of the user, and in one that extends it', () => {
      class OwnContainer extends Container {
        constructor(readonly owner: string) {
          super() // takes no parent, so it can't be made again for each application
        }
      }
      for (const container of [withLoop(new Container()), withLoop(new OwnContainer('me'))]) {
        const { app } = configure({ uri: 'loop:', container })
        expect(app.sync.adapter).to.be.instanceOf(LoopAdapter)
      }
    })

    it('leaves the built-in ones where they are', () => {
      for (const container of [withLoop(), withLoop(new Container())]) {
        expect(configure({ uri: 'ipc:', container }).app.sync.adapter).to.be.instanceOf(IpcAdapter)
      }
    })

    it('leaves the built-in ones where they are after rebind(SyncAdapter)', () => {
      const container = withLoop()
      container.rebind(SyncAdapter).to(OtherAdapter).whenNamed('other')
      expect(configure({ uri: 'ipc:', container }).app.sync.adapter).to.be.instanceOf(IpcAdapter)
      expect(configure({ uri: 'other:', container }).app.sync.adapter).to.be.instanceOf(OtherAdapter)
      expect(() => sync({ uri: 'loop:', container })).to.throw(TypeError, 'loop is an invalid adapter')
    })

    it('wins over the built-in one of its name, with options and a URI of its own', async () => {
      const warnings: Error[] = []
      const listener = (warning: Error) => warnings.push(warning)
      process.on('warning', listener)
      for (const container of [createContainer(), new Container()]) {
        container.bind(SyncAdapter).to(LoopAdapter).whenNamed('redis')
        const options = { adapter: 'redis', uri: 'cluster://a:1,b:2', db: 'not a client', zzz: 1, container }
        const { app } = configure(options as object)
        expect(app.sync.adapter).to.be.instanceOf(LoopAdapter)
        expect(configure({ uri: 'nats://localhost', container }).app.sync.type).to.equal('nats')
      }
      await new Promise((resolve) => setImmediate(resolve)) // warnings are emitted on the next tick
      process.off('warning', listener)
      expect(warnings).to.deep.equal([])
    })

    it('gets its own options untouched', () => {
      const own = { servers: ['a', 'b'], db: 5, redisOptions: 'mine', nothing: null }
      const { app } = configure({ uri: 'loop://a:1,b:2', ...(own as object), container: withLoop() })
      expect(app.sync.adapter.options).to.include({ uri: 'loop://a:1,b:2', adapter: 'loop', key, ...own })
    })

    it('comes by toDynamicValue', () => {
      class Configured extends LoopAdapter {
        constructor(readonly region: string) {
          super()
        }
      }
      const container = createContainer()
      container
        .bind(SyncAdapter)
        .toDynamicValue(() => new Configured('north'))
        .whenNamed('loop')
      expect(configure({ uri: 'loop:', container }).app.sync.adapter).to.include({ region: 'north' })
    })

    it('has other parts injected', () => {
      @injectable()
      class Injected extends LoopAdapter {
        constructor(@inject('region') readonly region: string) {
          super()
        }
      }
      const container = createContainer()
      container.bind('region').toConstantValue('south')
      container.bind(SyncAdapter).to(Injected).whenNamed('loop')
      expect(configure({ uri: 'loop:', container }).app.sync.adapter).to.include({ region: 'south' })
    })
  })

  describe('several applications', () => {
    it('have an adapter, a bridge and a serializer each, on one container', () => {
      const made: Serializer[] = []
      const bridges: EventBridge[] = []
      class CountedSerializer extends ReversedSerializer {
        constructor() {
          super()
          made.push(this)
        }
      }
      @injectFromBase()
      @injectable()
      class CountedBridge extends EventBridge {
        override attach(...args: Parameters<EventBridge['attach']>): void {
          bridges.push(this)
          super.attach(...args)
        }
      }
      const container = withLoop()
      container.rebind(Serializer).to(CountedSerializer)
      container.rebind(EventBridge).to(CountedBridge)
      const [one, two] = [configure({ uri: 'loop:', container }), configure({ uri: 'loop:', container })]
      expect(one.app.sync.adapter).not.to.equal(two.app.sync.adapter)
      expect(new Set(bridges)).to.have.property('size', 2)
      expect(made).to.have.length(2)
      expect(bridges.map(({ serializer }) => serializer)).to.deep.equal(made)
      expect(made[0]).not.to.equal(made[1])
    })

    it('may come from one configure function', () => {
      const both = sync({ uri: 'loop:', key, container: withLoop() })
      const [one, two] = [feathers().configure(both), feathers().configure(both)]
      apps.push(one, two)
      expect(one.sync.adapter).not.to.equal(two.sync.adapter)
    })

    it('leave the container as it is', () => {
      const container = new Container()
      configure({ uri: 'ipc:', container, serialize: JSON.stringify })
      for (const part of [Serializer, EventBridge]) expect(container.isBound(part)).to.equal(false)
      expect(container.isBound(SyncAdapter, { name: 'ipc' })).to.equal(false)
    })

    it('can’t share an adapter or a bridge', () => {
      const shared = createContainer()
      shared.bind(SyncAdapter).to(LoopAdapter).inSingletonScope().whenNamed('loop')
      configure({ uri: 'loop:', container: shared })
      expect(() => configure({ uri: 'loop:', container: shared })).to.throw(
        TypeError,
        'the same LoopAdapter to two applications: bind it with to()'
      )
      const constant = withLoop()
      constant.rebind(EventBridge).toConstantValue(new EventBridge(new JsonSerializer()))
      configure({ uri: 'loop:', container: constant })
      expect(() => configure({ uri: 'loop:', container: constant })).to.throw(
        TypeError,
        'the same EventBridge'
      )
    })
  })

  describe('a Serializer', () => {
    for (const [title, make] of Object.entries({
      'rebound in createContainer()': () => {
        const container = createContainer()
        container.rebind(Serializer).to(ReversedSerializer)
        return container
      },
      'bound in a Container of the user': () => {
        const container = new Container()
        container.bind(Serializer).to(ReversedSerializer)
        return container
      },
      'as a constant, shared by applications': () => {
        const container = new Container()
        container.bind(Serializer).toConstantValue(new ReversedSerializer())
        return container
      }
    })) {
      it(`takes the place of JSON: ${title}`, async () => {
        const container = withLoop(make())
        const one = configure({ uri: 'loop:', container })
        const two = configure({ uri: 'loop:', container })
        await Promise.all([one.app.sync.ready, two.app.sync.ready])
        expect(one.app.sync.serialize({ event: 'e', path: 'p', data: 1 })).to.equal(
          '}1:"atad","p":"htap","e":"tneve"{'
        )
        await one.create('hello')
        await eventually(() => two.texts.length > 0, { message: 'the event' })
        expect(two.texts).to.deep.equal(['hello'])
      })
    }

    it('is refused together with the `serialize` or `deserialize` option', () => {
      class NearlyJson extends JsonSerializer {}
      for (const Class of [ReversedSerializer, NearlyJson]) {
        const container = createContainer()
        container.rebind(Serializer).to(Class)
        for (const option of [{ serialize: JSON.stringify }, { deserialize: () => ({}) as SyncMessage }]) {
          expect(() => sync({ uri: 'ipc:', container, ...option })).to.throw(
            TypeError,
            `binds Serializer to ${Class.name}, and there are \`serialize\` or \`deserialize\` options too`
          )
        }
      }
    })

    it('gives way to the options where it is ours', () => {
      for (const container of [withLoop(), withLoop(new Container())]) {
        const { app } = configure({ uri: 'loop:', container, serialize: () => 'mine' })
        expect(app.sync.serialize({ event: 'e', path: 'p', data: 1 })).to.equal('mine')
      }
    })
  })

  describe('an EventBridge', () => {
    it('can be a class with @injectFromBase(), a decorated one, or come by toDynamicValue', () => {
      @injectFromBase()
      @injectable()
      class Decorated extends EventBridge {}
      class Plain extends EventBridge {}
      decorate(injectFromBase(), Plain)
      const containers = [withLoop(), withLoop(), withLoop(new Container())]
      containers[0]?.rebind(EventBridge).to(Decorated)
      containers[1]?.rebind(EventBridge).to(Plain)
      containers[2]?.bind(EventBridge).toDynamicValue((context) => new Plain(context.get(Serializer)))
      for (const container of containers) {
        const { app } = configure({ uri: 'loop:', container, serialize: () => 'mine' })
        expect(app.sync.serialize({ event: 'e', path: 'p', data: 1 })).to.equal('mine')
      }
    })

    it('is refused without its serializer', () => {
      @injectable()
      class Forgetful extends EventBridge {}
      class Plain extends EventBridge {}
      for (const Class of [Forgetful, Plain]) {
        const container = withLoop()
        container.rebind(EventBridge).to(Class)
        expect(() => configure({ uri: 'loop:', container })).to.throw(
          TypeError,
          `${Class.name} was made without a Serializer: decorate it with @injectFromBase()`
        )
      }
    })
  })

  describe('refuses', () => {
    it('an adapter that has no name', () => {
      const container = createContainer()
      container.bind(SyncAdapter).to(LoopAdapter)
      expect(() => sync({ uri: 'redis:', container })).to.throw(
        TypeError,
        /SyncAdapter binding without a name.*whenNamed\('scheme'\)/
      )
    })

    it('two adapters of one name, and two serializers', () => {
      const container = withLoop()
      container.bind(SyncAdapter).to(OtherAdapter).whenNamed('loop')
      expect(() => configure({ uri: 'loop:', container })).to.throw(
        TypeError,
        /^feathers-sync: the container has more than one binding of SyncAdapter named 'loop': leave one$/
      )
      const twice = withLoop()
      twice.bind(Serializer).to(JsonSerializer)
      twice.bind(Serializer).to(ReversedSerializer)
      expect(() => configure({ uri: 'loop:', container: twice })).to.throw(
        TypeError,
        'the container has more than one binding of Serializer: leave one'
      )
    })

    it('a class whose making fails, and says why', () => {
      @injectable()
      class Injected extends LoopAdapter {
        constructor(@inject('region') readonly region: string) {
          super()
        }
      }
      const missing = createContainer()
      missing.bind(SyncAdapter).to(Injected).whenNamed('loop')
      const throwing = createContainer()
      const cause = new Error('not my day')
      throwing
        .bind(SyncAdapter)
        .toDynamicValue(() => {
          throw cause
        })
        .whenNamed('loop')
      expect(() => configure({ uri: 'loop:', container: missing })).to.throw(
        TypeError,
        /^feathers-sync: the container can't make its SyncAdapter named 'loop': No bindings found for service: "region"/
      )
      expect(() => configure({ uri: 'loop:', container: throwing }))
        .to.throw(TypeError, "can't make its SyncAdapter named 'loop': not my day")
        .with.property('cause', cause)
    })

    it('an adapter that is none, or lacks a method or its type', () => {
      class NoClose extends LoopAdapter {
        protected override readonly doClose = undefined as never
      }
      class NoType extends LoopAdapter {
        override readonly type = undefined as never
      }
      const cases: [Class: new () => object, message: string][] = [
        [class Nothing {}, 'classes that extend them'],
        [NoClose, 'NoClose has no method doClose()'],
        [NoType, 'NoType has no `type`']
      ]
      for (const [Class, message] of cases) {
        const container = createContainer()
        container
          .bind(SyncAdapter)
          .to(Class as new () => SyncAdapter)
          .whenNamed('loop')
        expect(() => configure({ uri: 'loop:', container })).to.throw(TypeError, message)
      }
    })

    it('an adapter that has been unbound meanwhile', () => {
      const container = withLoop()
      const configured = sync({ uri: 'loop:', container })
      container.unbind(SyncAdapter)
      expect(() => feathers().configure(configured)).to.throw(TypeError, 'loop is an invalid adapter')
    })
  })
})
