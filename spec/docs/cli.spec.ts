import { randomBytes } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { hostname } from 'node:os'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync, { type SyncOptions } from '../../lib/index.js'
import { Certificates } from '../support/brokers/certificates.js'
import { startRedis } from '../support/brokers/redis.js'
import { TLS_PLACES } from '../support/brokers/tls.js'
import { command } from '../support/command-line.js'
import { eventually } from '../support/eventually.js'
import { Members } from '../support/members.js'
import { PLACES, type Place } from '../support/places.js'
import { snippetsOf } from '../support/snippets.js'

interface Shown {
  args: string[]
  /** The URI in it. */
  uri: string
  lines: string[]
}

const snippets = await snippetsOf('docs/cli.md')
const shown = snippets.filter(({ language }) => language === 'console').map(({ code }) => read(code))
/** Of a fleet with a secret. */
const sealed = shown.filter(({ args }) => args.includes('private'))

function read(code: string): Shown {
  const [first = '', ...lines] = code.trimEnd().split('\n')
  const args = [...first.replace('$ npx feathers-sync ', '').matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, word]) => quoted ?? word ?? ''
  )
  return { args, uri: args.find((arg) => /^[a-z]+:/.test(arg)) ?? '', lines }
}

/** Lines without what differs each time. */
function shapes(lines: readonly string[]): string[] {
  const all = lines.filter(Boolean).map((line) =>
    line
      .replaceAll(hostname(), 'vm')
      .replace(/feathers-sync(@\w+|-\d+\/\w+\.sock)/, 'feathers-sync…')
      .replace(/\b(?=\w*\d)[\da-f]{8}\b/g, 'ID')
      .replace(/\bweb-\d\b/g, 'NAME')
      .replace(/[\d.,:]*\d( (min|m?s|[KM]iB))?\b/g, (_, unit) => (unit ? 'N U' : 'N'))
      .replace(/ +/g, ' ')
      .replace(/\b(event|instance)s\b/g, '$1')
  )
  return [...new Set(all)].sort()
}

describe('docs/cli.md', () => {
  it('shows each command, and check on each adapter', () => {
    const commands = shown.map(({ args: [name], uri }) => `${name} ${uri.replace(/:.*/, '')}`)
    expect(commands).to.include.members([
      'check redis',
      'check amqp',
      'check nats',
      'check ipc',
      'watch redis',
      'top redis',
      'emit redis',
      'bench redis'
    ])
  })

  for (const adapter of ['redis', 'amqp', 'nats', 'ipc'] as const) {
    describe(`on ${adapter}`, () => {
      let place: Place
      const apps: ReturnType<typeof feathers>[] = []
      let timer: NodeJS.Timeout

      before(async () => {
        place = await PLACES[adapter]()
        for (const name of ['web-1', 'web-2']) {
          const app = feathers()
          app.configure(sync({ uri: place.uri, key: 'chat', name } as SyncOptions))
          for (const path of ['messages', 'users']) app.use(path, { find: async () => [] } as never)
          apps.push(app)
        }
        await Promise.all(apps.map((app) => app.sync.ready))
        await eventually(() => apps.every((app) => app.sync.stats().peers.length === 1))
        let id = 0
        timer = setInterval(() => {
          for (const app of apps) {
            id += 1
            for (const [path, event] of [
              ['messages', 'created'],
              ['messages', 'patched'],
              ['users', 'created']
            ] as const)
              (app.service(path as never) as EventEmitter).emit(event, { text: 'Hello!', id })
          }
        }, 50)
      })
      after(async () => {
        clearInterval(timer)
        await Promise.all(apps.map((app) => app.sync.close()))
        await place.stop()
      })

      for (const { args, uri, lines } of shown) {
        const isOfIt = uri.startsWith(`${adapter}:`) && !uri.includes('@') && args[0] !== 'bench'
        if (!isOfIt || sealed.some((one) => one.args === args)) continue
        it(`shows what it prints: ${args.join(' ')}`, async () => {
          const { code, output, errors } = await command(args.map((arg) => (arg === uri ? place.uri : arg)))
          expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
          const address = place.uri.replace(/guest:guest/, 'guest:***')
          const actual = shapes(output.replaceAll(address, uri).split('\n'))
          // Which of the events were there is chance.
          if (args[0] === 'watch') expect(actual).to.include.members(shapes(lines).filter(isCertain))
          else expect(actual).to.deep.equal(shapes(lines))
        })
      }
    })
  }

  it('shows what is printed of a fleet with a secret, with it and without it', async () => {
    const secret = randomBytes(32).toString('base64')
    const redis = await startRedis()
    const members = new Members()
    for (const name of ['web-1', 'web-2'])
      members.configure({ uri: redis.uri, key: 'private', name, secret, heartbeat: 500 })
    await Promise.all(members.all.map(({ app }) => app.sync.ready))
    for (const { args, uri, lines } of sealed) {
      const words = args.map((arg) => (arg === uri ? redis.uri : arg))
      const { code, output } = await command(words, { env: { SYNC_SECRET: secret } })
      expect(code).to.equal(args.includes('--secret-env') ? 0 : 1)
      expect(shapes(output.replaceAll(redis.uri, uri).split('\n'))).to.deep.equal(shapes(lines))
    }
    expect(sealed).to.have.length(2)
    await members.closeAll()
    await redis.stop()
  })

  it('shows what is printed where a certificate is not trusted', async () => {
    const example = shown.find(({ uri }) => uri.startsWith('rediss:')) as Shown
    const certificates = await Certificates.make()
    const files = { ca: certificates.ca, ...(await certificates.sign('server', 'DNS:localhost')) }
    const redis = await TLS_PLACES['rediss:'](files)
    const { code, output } = await command(example.args.map((arg) => (arg === example.uri ? redis.uri : arg)))
    await Promise.all([redis.stop(), certificates.remove()])
    expect(code).to.equal(1)
    expect(output.replaceAll(redis.uri, example.uri).trimEnd().split('\n')).to.deep.equal(example.lines)
  })

  it('shows what is printed where a right is missing', async () => {
    const example = shown.find(({ uri }) => uri.includes('sync:a-long-password')) as Shown
    const redis = await startRedis()
    await redis.command(
      'ACL',
      'SETUSER',
      'sync',
      'on',
      '>a-long-password',
      'resetchannels',
      '&chat',
      '-@all',
      '+subscribe',
      '+role'
    )
    const uri = example.uri.replace('localhost:6379', `127.0.0.1:${redis.port}`)
    const { code, output } = await command(example.args.map((arg) => (arg === example.uri ? uri : arg)))
    await redis.stop()
    expect(code).to.equal(1)
    const actual = output.replaceAll(`127.0.0.1:${redis.port}`, 'localhost:6379')
    expect(shapes(actual.split('\n'))).to.deep.equal(shapes(example.lines))
  })
})

function isCertain(line: string): boolean {
  return !/messages|users/.test(line)
}
