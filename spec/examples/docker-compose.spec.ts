import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { connected } from '../docs/server-stage.js'
import type { Daemon } from '../support/brokers/daemon.js'
import { freePort } from '../support/brokers/ports.js'
import { client } from './client.js'
import { Example, readText, startProgram } from './example.js'
import { CLOSE_TIMEOUT, Instances, variables } from './instance.js'
import { readYaml } from './yaml.js'

const run = promisify(execFile)
const { path } = new Example('docker-compose')

interface Service {
  environment: Record<string, string>
  healthcheck: { test: string[] }
  depends_on: Record<string, { condition: string }>
  stop_grace_period: string
  ports: string[]
}

const [compose] = await readYaml<{ services: Record<'one' | 'two' | 'redis' | 'nginx', Service> }>(
  `${path}/compose.yaml`
)
const { one, two, redis, nginx } = (compose as NonNullable<typeof compose>).services

describe('examples/docker-compose', function () {
  this.timeout(90_000)

  describe('compose.yaml', () => {
    it('sets variables that the instance reads, for the names and ports of the services', async () => {
      expect(two).to.deep.equal(one)
      expect(await variables()).to.include.members(Object.keys(one.environment))
      expect(one.environment.REDIS_URI).to.equal('redis://redis:6379')
      expect(redis.healthcheck.test.slice(0, 2)).to.deep.equal(['CMD', 'redis-cli'])
    })

    it('waits for services that have a health check', () => {
      for (const { depends_on } of [one, nginx]) {
        for (const [name, { condition }] of Object.entries(depends_on)) {
          expect(condition).to.equal('service_healthy')
          expect(compose?.services[name as 'one']).to.have.property('healthcheck')
        }
      }
    })

    it('gives an instance time to leave', () => {
      expect(Number.parseInt(one.stop_grace_period, 10)).to.be.above(CLOSE_TIMEOUT)
    })

    it('is what Docker reads', async function () {
      const args = ['compose', '--file', `${path}/compose.yaml`, 'config', '--quiet']
      const isThere = await run('docker', ['compose', 'version']).then(
        () => true,
        () => false
      )
      if (!isThere) {
        console.log('not run: docker compose is not installed')
        return this.skip()
      }
      await run('docker', args)
    })
  })

  describe('Dockerfile', () => {
    it('copies what there is, and starts it', async () => {
      const text = await readText(`${path}/Dockerfile`)
      const sources = [...text.matchAll(/^COPY (\S+) /gm)].map(([, source]) => source)
      expect(sources).to.deep.equal(['docker-compose/package.json', 'production/server.mjs'])
      for (const source of sources) await readText(`examples/${source}`)
      expect(await readText(`${path}/Dockerfile.dockerignore`)).to.equal(`*\n!${sources.join('\n!')}\n`)
      expect(text).to.include('CMD ["node", "server.mjs"]')
    })

    it('installs what the instance imports, in the versions of this repository', async () => {
      const [own, ours] = await Promise.all([`${path}/package.json`, 'package.json'].map(readText))
      const { dependencies } = JSON.parse(own ?? '')
      const { version, devDependencies, optionalDependencies } = JSON.parse(ours ?? '')
      const source = await readText('examples/production/server.mjs')
      const imported = [...source.matchAll(/from '(?!node:)(.*)'/g)].map(([, name]) => name)
      expect(imported).to.have.members(Object.keys(dependencies))
      const { 'feathers-sync': tag, ...others } = dependencies
      expect(version).to.include(`-${tag}.`)
      expect({ ...devDependencies, ...optionalDependencies }).to.include(others)
    })
  })

  describe('the instances as processes', () => {
    const instances = new Instances()
    let folder: string
    let proxy: Daemon | undefined

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'compose-'))
    })
    after(async () => {
      await proxy?.stop()
      await instances.stop()
      await rm(folder, { recursive: true })
    })

    it('are healthy while they run, and each client of nginx.conf keeps its instance', async () => {
      const [first, second] = [await instances.start(one.environment), await instances.start(two.environment)]
      const [, file = '', ...args] = one.healthcheck.test
      const check = () =>
        run(
          file,
          args.map((arg) => arg.replace(one.environment.PORT ?? '', `${first.port}`))
        )
      await check()

      const port = await freePort()
      const text = await readText(`${path}/nginx.conf`)
      expect(text.match(/server \w+:\d+/g)).to.deep.equal(['server one:3030', 'server two:3030'])
      expect(nginx.ports[0]?.split(':')[1]).to.equal(/listen (\d+)/.exec(text)?.[1])
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      const own = text
        .replace('one:3030', `127.0.0.1:${first.port}`)
        .replace('two:3030', `127.0.0.1:${second.port}`)
        .replace('listen 80', `listen 127.0.0.1:${port}`)
        .replace(
          'http {',
          `http { access_log off; ${temporary.map((name) => `${name}_temp_path ${name};`).join(' ')}`
        )
      await writeFile(join(folder, 'nginx.conf'), own)
      const options = 'daemon off; pid nginx.pid; error_log stderr notice;'
      proxy = await startProgram(
        '/usr/sbin/nginx',
        ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', options],
        /start worker process \d+/
      )
      const sockets = Array.from({ length: 6 }, () => client(port, ['polling']))
      await Promise.all(sockets.map(connected))
      for (const socket of sockets) socket.disconnect()

      await first.process.stop()
      expect(await check().catch(({ code }) => code)).to.equal(1)
      await second.process.stop()
    })
  })
})
