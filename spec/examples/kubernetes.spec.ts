import { once } from 'node:events'
import { expect } from 'chai'
import { connected } from '../docs/server-stage.js'
import { client } from './client.js'
import { Example } from './example.js'
import { CLOSE_TIMEOUT, Instances, variables } from './instance.js'
import { readYaml } from './yaml.js'

const { path } = new Example('kubernetes')

interface Port {
  name: string
  containerPort: number
}
interface Container {
  ports: Port[]
  env?: { name: string; value: string }[]
  readinessProbe: { httpGet?: { path: string; port: string }; tcpSocket?: { port: string } }
  lifecycle?: { preStop: { exec: { command: [string, string] } } }
}
interface Deployment {
  apiVersion: string
  kind: 'Deployment'
  metadata: { name: string }
  spec: {
    selector: { matchLabels: Record<string, string> }
    template: {
      metadata: { labels: Record<string, string> }
      spec: { containers: [Container]; terminationGracePeriodSeconds?: number }
    }
  }
}
interface Service {
  apiVersion: string
  kind: 'Service'
  metadata: { name: string }
  spec: {
    selector: Record<string, string>
    sessionAffinity?: string
    ports: { port: number; targetPort: string }[]
  }
}

type Pair = [Deployment, Service]
const manifests: Record<string, Pair> = {
  application: (await readYaml(`${path}/application.yaml`)) as Pair,
  redis: (await readYaml(`${path}/redis.yaml`)) as Pair
}
const container = ([deployment]: Pair) => deployment.spec.template.spec.containers[0]
const [application, redis] = Object.values(manifests) as [Pair, Pair]
const { env, lifecycle, readinessProbe } = container(application)
const values = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]))

describe('examples/kubernetes', function () {
  this.timeout(60_000)

  for (const [file, pair] of Object.entries(manifests)) {
    it(`${file}.yaml is a Deployment and the Service of its pods`, () => {
      const [deployment, service] = pair
      expect(pair).to.have.length(2)
      expect([deployment.apiVersion, deployment.kind]).to.deep.equal(['apps/v1', 'Deployment'])
      expect([service.apiVersion, service.kind]).to.deep.equal(['v1', 'Service'])
      const { selector, template } = deployment.spec
      expect(template.metadata.labels).to.include(selector.matchLabels)
      expect(template.metadata.labels).to.include(service.spec.selector)
      const names = container(pair).ports.map(({ name }) => name)
      for (const { targetPort } of service.spec.ports) expect(names).to.include(targetPort)
      const probe = container(pair).readinessProbe
      expect(names).to.include(probe.httpGet?.port ?? probe.tcpSocket?.port)
    })
  }

  it('sets variables that the instance reads, with the addresses of the manifests', async () => {
    expect(await variables()).to.include.members(Object.keys(values))
    const { metadata, spec } = redis[1]
    expect(values.REDIS_URI).to.equal(`redis://${metadata.name}:${spec.ports[0]?.port}`)
    expect(values.PORT).to.equal(`${container(application).ports[0]?.containerPort}`)
  })

  it('keeps the sessions of clients that poll', () => {
    const polls = values.TRANSPORTS?.split(',').includes('polling')
    expect(application[1].spec.sessionAffinity).to.equal(polls ? 'ClientIP' : undefined)
  })

  it('gives an instance time to leave', () => {
    const [sleep, seconds] = lifecycle?.preStop.exec.command ?? []
    expect(sleep).to.equal('sleep')
    const grace = application[0].spec.template.spec.terminationGracePeriodSeconds
    expect(grace).to.be.above(Number(seconds) + CLOSE_TIMEOUT)
  })

  describe('the instance as a process', () => {
    const instances = new Instances()
    after(() => instances.stop())

    it('answers the probe, and leaves on SIGTERM in time, with a client connected', async () => {
      const { port, process } = await instances.start(values)
      const response = await fetch(`http://127.0.0.1:${port}${readinessProbe.httpGet?.path}`, {
        headers: { connection: 'close' }
      })
      expect(response.status).to.equal(200)
      const socket = client(port, ['websocket'])
      await connected(socket)
      const lost = once(socket as never, 'disconnect')
      const began = performance.now()
      await process.stop()
      expect(performance.now() - began).to.be.below(CLOSE_TIMEOUT * 1000)
      const [reason] = await lost
      expect(reason).to.equal('transport close') // so it connects again
      socket.disconnect()
    })
  })
})
