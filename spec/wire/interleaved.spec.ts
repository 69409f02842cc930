import type { EventEmitter } from 'node:events'
import type { Application } from '@feathersjs/feathers'
import { expect } from 'chai'
import fc from 'fast-check'
import { FunctionSerializer, JsonSerializer, type Serializer } from '../../lib/message/serializer.js'
import { MsgpackSerializer } from '../../lib/msgpack.js'
import { type Linked, linkApps } from '../applications/linked.js'

/** An event, or the events of a list with one context; after each item come others. */
type Step = { event: string; items?: Step[][] }

interface Heard {
  event: string
  data: unknown
  context: Record<string, unknown> | undefined
}

const { steps } = fc.letrec<{ steps: Step[]; step: Step }>((tie) => ({
  step: fc.record(
    { event: fc.constantFrom('created', 'liked'), items: fc.array(tie('steps'), { maxLength: 4 }) },
    { requiredKeys: ['event'] }
  ),
  steps: fc.array(tie('step'), { maxLength: 3, depthIdentifier: 'steps' })
}))

const service = (app: Application) => app.service('items') as unknown as EventEmitter

function run(app: Application, all: Step[], next: () => number): void {
  for (const { event, items } of all) {
    if (!items) service(app).emit(event, { id: next() })
    else {
      const context = { params: { list: next() }, result: items.map(() => ({ id: next() })) }
      for (const [index, inner] of items.entries()) {
        service(app).emit(event, context.result[index], context)
        run(app, inner, next)
      }
    }
  }
}

function hear({ app }: Linked): Heard[] {
  const heard: Heard[] = []
  for (const event of ['created', 'liked']) {
    service(app).on(event, (data, context) => heard.push({ event, data, context }))
  }
  return heard
}

/** The index of the first event with the same context. */
const shared = (heard: Heard[]) =>
  heard.map(({ context }) => context && heard.findIndex((other) => other.context === context))

describe('interleaved events', () => {
  const serializers: [string, Serializer][] = [
    ['JSON', new JsonSerializer()],
    ['MessagePack', new MsgpackSerializer()],
    ['the function options', new FunctionSerializer({})]
  ]
  for (const [name, serializer] of serializers) {
    it(`arrive in the order of their emits, with their contexts: ${name}`, async () => {
      const property = async (turns: Step[][]) => {
        const useItems = (app: Application) =>
          app.use('items', { create: async () => ({}) } as never, { events: ['liked'] })
        const [one, two] = linkApps(2, useItems, serializer) as [Linked, Linked]
        const [here, there] = [hear(one), hear(two)]
        let id = 0
        const next = () => {
          id += 1
          return id
        }
        for (const turn of turns) {
          run(one.app, turn, next)
          await Promise.resolve()
        }
        expect([one.errors, two.errors]).to.deep.equal([[], []])
        expect(there.map(({ event, data }) => [event, data])).to.deep.equal(
          here.map(({ event, data }) => [event, data])
        )
        for (const [index, { data, context }] of here.entries()) {
          const remote = there[index]?.context
          expect(remote?.params).to.deep.equal(context?.params)
          expect(remote?.result).to.deep.equal(
            serializer.takesWholeMessages && context ? [data] : context?.result
          )
        }
        if (!serializer.takesWholeMessages) expect(shared(there)).to.deep.equal(shared(here))
      }
      await fc.assert(fc.asyncProperty(fc.array(steps, { maxLength: 3 }), property), { numRuns: 300 })
    })
  }
})
