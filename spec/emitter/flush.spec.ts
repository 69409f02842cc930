import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { createEmitter } from '../../lib/emitter.js'

describe('flush of an emitter', () => {
  it('keeps nothing of calls that gave up', async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const emitter = createEmitter({ uri: 'redis://localhost:1', closeTimeout: 200 })
    emitter.on('sync-error', () => {})
    const flush = async (count: number) => {
      await Promise.all(Array.from({ length: count }, () => emitter.flush(1)))
      collect()
      return process.memoryUsage().heapUsed
    }
    const before = await flush(5000)
    expect((await flush(5000)) - before).to.be.below(2_000_000)
    await emitter.close()
  })
})
