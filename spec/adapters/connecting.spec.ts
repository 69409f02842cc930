import { once } from 'node:events'
import { connect, Socket } from 'node:net'
import { queryObjects } from 'node:v8'
import { expect } from 'chai'
import { connecting } from '../../lib/adapters/connecting.js'
import { eventually } from '../support/eventually.js'

/** Resolves when a socket to where nobody listens has closed. */
const refused = () =>
  new Promise((resolve) => {
    connect(1, '127.0.0.1')
      .on('error', () => {})
      .on('close', resolve)
  })
const sockets = () => queryObjects(Socket, { format: 'count' })

describe('connecting', () => {
  it('keeps no socket that has closed: a driver may try for days', async () => {
    const ended = new AbortController()
    const before = sockets()
    let hasTried = () => {}
    const tried = new Promise<void>((resolve) => {
      hasTried = resolve
    })
    const connected = connecting(ended.signal, { most: 1, keeps: 'all' }, async () => {
      for (let time = 0; time < 50; time += 1) await refused()
      hasTried()
      await once(ended.signal, 'abort')
    })
    await tried
    await eventually(() => expect(sockets() - before).to.be.below(10))
    ended.abort()
    await connected
  })
})
