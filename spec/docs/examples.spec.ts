import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { expect } from 'chai'
import { PlainRelayAdapter } from '../../examples/plain-relay-adapter.mjs'
import { startRelay } from '../../examples/relay.mjs'
import { Logger, RelayAdapter } from '../../examples/relay-adapter.js'
import { type Container, createContainer, SyncAdapter } from '../../lib/index.js'
import { describeSyncAdapter } from '../conformance/index.js'
import { runScript } from '../support/process.js'

/** What each example prints; the files that are no example of their own are used by one. */
const outputs: Record<string, string[]> = {
  'standard.ts': [
    "one hears of 'Hello', made here",
    "one sends a mail about 'Hello'",
    "two hears of 'Hello', made elsewhere"
  ],
  'custom-adapter.ts': ['connected to the relay', 'connected to the relay', 'came over the relay: Hello'],
  'custom-adapter.mjs': ['came over the relay: Hello'],
  'functional-adapter.mjs': ['came over the relay: Hello', 'came over the relay: Hello'],
  'bson-serializer.ts': ['true 1970-01-01T00:00:00.000Z', 'true hello'],
  'bson-options.ts': ['true 1970-01-01T00:00:00.000Z', 'true hello']
}
const parts = ['plain-relay-adapter.mjs', 'relay-adapter.ts', 'relay.mjs']

/** Servers, which don't end by themselves: examples-cluster.spec.ts and examples-pm2.spec.ts run them. */
const servers = ['cluster.mjs', 'server.mjs', 'pm2']

/** Examples with a README, which spec/examples runs. */
const isFolder = (name: string) => existsSync(`examples/${name}/README.md`)

/** The container of an example, as its own code has it. */
const containers: Record<string, (container: Container) => void> = {
  RelayAdapter: (container) => {
    container.bind(Logger).toConstantValue({ log: () => {} })
    container.bind(SyncAdapter).to(RelayAdapter).whenNamed('relay')
  },
  PlainRelayAdapter: (container) => {
    container.bind(SyncAdapter).to(PlainRelayAdapter).whenNamed('relay')
  }
}

describe('examples', () => {
  it('are all run here', async () => {
    const files = (await readdir('examples')).filter((name) => !isFolder(name) && name !== 'README.md')
    expect(files).to.have.members([...Object.keys(outputs), ...parts, ...servers])
  })

  for (const [file, lines] of Object.entries(outputs)) {
    it(`${file} does what it says, and ends by itself`, async () => {
      const { output, errors, code, lingered } = await runScript(`await import('./examples/${file}')`)
      expect({ output: output.trim().split('\n'), errors, code }).to.deep.equal({
        output: lines,
        errors: '',
        code: 0
      })
      expect(lingered).to.be.below(1000)
    })
  }

  for (const [name, bind] of Object.entries(containers)) {
    describe(name, () => {
      const container = createContainer()
      bind(container)
      let relay: Awaited<ReturnType<typeof startRelay>>

      before(async () => {
        relay = await startRelay()
      })

      after(() => relay.stop())

      describeSyncAdapter(name, {
        options: () => ({ uri: `relay://localhost:${relay.port}`, container }),
        broker: {
          kill: () => relay.stop(),
          start: async () => {
            relay = await startRelay(relay.port)
          }
        }
      })
    })
  }
})
