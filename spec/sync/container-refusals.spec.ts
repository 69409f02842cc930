import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync, {
  createContainer,
  inject,
  injectable,
  JsonSerializer,
  Serializer,
  SyncAdapter
} from '../../lib/index.js'
import { LoopAdapter } from '../support/loop-adapter.js'
import { Applications, OtherAdapter, ReversedSerializer, withLoop } from './container-stage.js'

describe('container', () => {
  const applications = new Applications()
  const { configure } = applications

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
        [class Nothing {}, 'a class that extends it'],
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
