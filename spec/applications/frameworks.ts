import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import expressFramework from '@feathersjs/express'
import { feathers } from '@feathersjs/feathers'
import { koa } from '@feathersjs/koa'
import fastify from 'fastify'

/** What a server gave away of a request, in `params` of a service call, by the name that it has there. */
export type Give = (things: Record<string, unknown>) => Promise<unknown>

/** A server that serves one request at a time. */
export interface WebServer {
  url: string
  close(): Promise<unknown>
}

async function listen(listener: RequestListener): Promise<WebServer> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => server.close()
  }
}

/** Servers that give away all they have of each request. */
export const frameworks: Record<string, (give: Give) => Promise<WebServer>> = {
  node: (give) =>
    listen(async (message, answer) => {
      answer.setHeader('set-cookie', 'SECRET')
      await give({ message, answer, socket: message.socket, copy: { ...message } })
      answer.end()
    }),
  express: (give) => {
    const app = expressFramework.default(feathers())
    app.use(async (message, answer) => {
      answer.setHeader('set-cookie', 'SECRET')
      await give({ message, answer, list: [message, { deep: answer }] })
      answer.end()
    })
    return listen(app as unknown as RequestListener)
  },
  koa: (give) => {
    const app = koa(feathers())
    app.use(async (context) => {
      context.cookies.set('session', 'SECRET')
      const { request, response, req, res } = context
      await give({
        context,
        messages: [request, response, req, res],
        json: context.toJSON(),
        copy: { ...context }
      })
      await give({
        map: new Map([['context', context]]),
        set: new Set([request]),
        wrapped: { response, id: 1 }
      })
      context.body = ''
    })
    return listen(app.callback())
  },
  fastify: async (give) => {
    const app = fastify()
    app.all('*', async (message, answer) => {
      answer.header('set-cookie', 'SECRET')
      await give({ message, answer, copy: { ...message } })
      return ''
    })
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
  },
  fetch: (give) =>
    listen(async ({ url, headers }, answer) => {
      const message = new Request(`http://localhost${url}`, { headers: headers as Record<string, string> })
      const event = {
        rawPath: url,
        rawQueryString: url,
        headers,
        cookies: ['SECRET'],
        multiValueHeaders: headers
      }
      const lookalike = { handshake: { url, headers, auth: { token: 'SECRET' }, query: {} } }
      await give({ message, wrapped: { raw: message }, list: message.headers, event, lookalike })
      await give({
        pairs: { headers: [...message.headers] },
        header: new Map(message.headers),
        all: { ...headers }
      })
      answer.end()
    })
}
