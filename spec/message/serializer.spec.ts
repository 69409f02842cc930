import { expect } from 'chai'
import sinon from 'sinon'
import type { SyncMessage } from '../../lib/message/message.js'
import { FunctionSerializer, JsonSerializer, Serializer } from '../../lib/message/serializer.js'

const message: SyncMessage = { event: 'created', path: 'messages', data: { text: 'hällo' } }
const json = JSON.stringify(message)

describe('JsonSerializer', () => {
  const serializer = new JsonSerializer()

  it('is a Serializer', () => {
    expect(serializer).to.be.instanceOf(Serializer)
  })

  it('shares what events have in common, unlike functions', () => {
    expect(serializer.takesWholeMessages).to.equal(false)
    expect(new FunctionSerializer({}).takesWholeMessages).to.equal(true)
  })

  it('turns a message into JSON and back', () => {
    expect(serializer.serialize(message)).to.equal(json)
    expect(serializer.deserialize(Buffer.from(json))).to.deep.equal(message)
  })
})

describe('FunctionSerializer', () => {
  it('calls the two functions', () => {
    const bytes = Buffer.of(1, 2, 3)
    const serialize = sinon.stub().returns(bytes)
    const deserialize = sinon.stub().returns(message)
    const serializer = new FunctionSerializer({ serialize, deserialize })
    expect(serializer.serialize(message)).to.equal(bytes)
    expect(serializer.deserialize(bytes)).to.equal(message)
    expect(serialize.args).to.deep.equal([[message]])
    expect(deserialize.args).to.deep.equal([[bytes]])
  })

  it('takes JSON for the one that is not given', () => {
    const deserializeOnly = new FunctionSerializer({ deserialize: () => ({ ...message, event: 'mine' }) })
    expect(deserializeOnly.serialize(message)).to.equal(json)
    expect(deserializeOnly.deserialize(Buffer.from(json)).event).to.equal('mine')
    const serializeOnly = new FunctionSerializer({ serialize: () => 'mine' })
    expect(serializeOnly.serialize(message)).to.equal('mine')
    expect(serializeOnly.deserialize(Buffer.from(json))).to.deep.equal(message)
  })
})
