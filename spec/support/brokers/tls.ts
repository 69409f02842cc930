import { readFileSync } from 'node:fs'
import type { Place } from '../places.js'
import type { Certificate } from './certificates.js'
import { startNats } from './nats.js'
import { freePort } from './ports.js'
import { sharedRabbit } from './rabbitmq.js'
import { startRedis } from './redis.js'

/** Brokers that speak TLS, by the scheme of their URI; with `mutual` they require a client certificate. */
export const TLS_PLACES: Record<
  'rediss:' | 'amqps:' | 'tls:',
  (files: Certificate & { ca: string }, mutual?: boolean) => Promise<Place>
> = {
  'rediss:': async ({ ca, cert, key }, mutual) => {
    const port = await freePort()
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', ca]
    const args = ['--tls-port', `${port}`, '--tls-auth-clients', mutual ? 'yes' : 'no', ...files]
    const redis = await startRedis({ args })
    return { uri: `rediss://localhost:${port}`, stop: () => redis.stop() }
  },
  'amqps:': async ({ ca, cert, key }, mutual) => {
    const rabbit = await sharedRabbit()
    const port = await freePort()
    const der = (file: string) =>
      `base64:decode(<<"${readFileSync(file, 'utf8').replace(/-----.*?-----|\s/g, '')}">>)`
    const verify = mutual
      ? `, {cacerts, [${der(ca)}]}, {verify, verify_peer}, {fail_if_no_peer_cert, true}`
      : ''
    await rabbit.eval(`{ok, _} = application:ensure_all_started(ssl),
      rabbit_networking:start_ssl_listener({"127.0.0.1", ${port}}, [{cert, ${der(cert)}},
        {key, {'PrivateKeyInfo', ${der(key)}}}${verify}], 4)`)
    return {
      uri: `amqps://guest:guest@localhost:${port}`,
      stop: async () => {
        await rabbit.eval(`rabbit_networking:stop_tcp_listener({"127.0.0.1", ${port}})`)
      }
    }
  },
  'tls:': async ({ ca, cert, key }, mutual) => {
    const verify = mutual ? { verify: true, ca_file: ca } : {}
    const nats = await startNats({ config: { tls: { cert_file: cert, key_file: key, ...verify } } })
    return { uri: `tls://localhost:${nats.port}`, stop: () => nats.stop() }
  }
}
