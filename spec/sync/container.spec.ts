import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync, {
  Container,
  createContainer,
  EventBridge,
  IpcAdapter,
  inject,
  injectable,
  injectFromBase,
  JsonSerializer,
  NatsAdapter,
  RedisAdapter,
  Serializer,
  SyncAdapter
} from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { LoopAdapter } from '../support/loop-adapter.js'
import { Applications, OtherAdapter, ReversedSerializer, withLoop } from './container-stage.js'

describe('container', () => {
  const applications = new Applications()
  const { configure } = applications
  const apps = applications.all

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
      expect(app.sync.adapter.options).to.include({
        uri: 'loop://a:1,b:2',
        adapter: 'loop',
        key: applications.key,
        ...own
      })
    })

    it('gets a list as it was given', () => {
      const uri = ['loop://a:1', 'loop://b:2,c']
      expect(configure({ uri, container: withLoop() }).app.sync.adapter.options.uri).to.equal(uri)
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
      const both = sync({ uri: 'loop:', key: applications.key, container: withLoop() })
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
})
