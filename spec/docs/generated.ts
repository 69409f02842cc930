/** What the Feathers CLI generates around a route of one's own. */
export const GENERATED = {
  koa: {
    imports: `
      import { feathers } from '@feathersjs/feathers'
      import { type Application, bodyParser, errorHandler, koa, parseAuthentication, rest } from '@feathersjs/koa'
      import socketio from '@feathersjs/socketio'
      import sync from 'feathers-sync'
      type Services = { messages: { find(): Promise<string[]> } }
      const app: Application<Services> = koa(feathers())
      app.use(errorHandler())
      app.use(parseAuthentication())
      app.use(bodyParser())
      app.configure(rest())
      app.configure(socketio())
    `,
    end: ''
  },
  express: {
    imports: `
      import { feathers } from '@feathersjs/feathers'
      import express, { type Application, errorHandler, json, notFound, rest, urlencoded } from '@feathersjs/express'
      import socketio from '@feathersjs/socketio'
      import sync from 'feathers-sync'
      type Services = { messages: { find(): Promise<string[]> } }
      const app: Application<Services> = express.default(feathers())
      app.use(json())
      app.use(urlencoded({ extended: true }))
      app.configure(rest())
      app.configure(socketio())
    `,
    end: `
      app.use(notFound())
      app.use(errorHandler({ logger: false }))
    `
  }
}
