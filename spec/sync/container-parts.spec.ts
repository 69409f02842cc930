import { expect } from 'chai'
import sync, {
  Container,
  createContainer,
  decorate,
  EventBridge,
  injectable,
  injectFromBase,
  JsonSerializer,
  Serializer,
  type SyncMessage
} from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { Applications, ReversedSerializer, withLoop } from './container-stage.js'

describe('container, serializer and bridge', () => {
  const applications = new Applications()
  const { configure } = applications

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
})
