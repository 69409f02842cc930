import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'
import type { RabbitBroker } from '../support/brokers/rabbitmq.js'
import type { RedisBroker } from '../support/brokers/redis.js'

/** PEM files of a server, and of who has signed its clients. */
export interface ServerFiles {
  ca: string
  cert: string
  key: string
}

/** Runs each line of a page as redis-cli does. */
export async function redisCli(broker: RedisBroker, lines: string): Promise<void> {
  for (const line of lines.split('\n')) await broker.command(...line.split(' '))
}

/** What the commands of rabbitmqctl call in the broker. */
const RABBITMQCTL: Record<string, (...words: string[]) => string> = {
  add_vhost: (name) => `rabbit_vhost:add(${name}, <<"test">>)`,
  add_user: (name, password) => `rabbit_auth_backend_internal:add_user(${name}, ${password}, <<"test">>)`,
  set_permissions: (_option, vhost, user, configure, write, read) =>
    `rabbit_auth_backend_internal:set_permissions(${[user, vhost, configure, write, read].join(', ')}, <<"test">>)`
}

/** Runs each line of a page as a shell and rabbitmqctl do. */
export async function rabbitmqctl(broker: RabbitBroker, lines: string): Promise<void> {
  for (const line of lines.split('\n')) {
    const [program, command = '', ...words] = shellWords(line)
    const call = RABBITMQCTL[command]
    if (program !== 'rabbitmqctl' || !call) throw new Error(`This is not known here: ${line}`)
    await broker.eval(call(...words.map((word) => `<<"${word.replaceAll('\\', '\\\\')}">>`)))
  }
}

const shellWords = (line: string) =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

/** Takes TLS connections of clients that have a certificate, and passes them on to a port without TLS. */
export async function startTlsFront(
  target: number,
  { ca, cert, key }: ServerFiles
): Promise<{ port: number; stop(): void }> {
  const [caText, certText, keyText] = [ca, cert, key].map((file) => readFileSync(file))
  const options = { ca: caText, cert: certText, key: keyText, requestCert: true, rejectUnauthorized: true }
  const server = createServer(options, (client) => {
    const broker = connect(target, '127.0.0.1')
    client.pipe(broker).pipe(client)
    for (const socket of [client, broker]) socket.on('error', () => {})
    client.on('close', () => broker.destroy())
    broker.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() }
}
