// For more information about this file see https://dove.feathersjs.com/guides/cli/application.html
import { feathers } from '@feathersjs/feathers'
import { bodyParser, cors, errorHandler, koa, parseAuthentication, rest } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import sync from 'feathers-sync'

import { authentication } from './authentication.js'
import { channels } from './channels.js'
import { type ApplicationConfiguration, configuration } from './configuration.js'
import type { Application } from './declarations.js'
import { logError } from './hooks/log-error.js'
import { services } from './services/index.js'

/** Generated as a module with one `app`; a function here, as the specs need several. */
export const createApp = (settings: ApplicationConfiguration) => {
  const app: Application = koa(feathers())

  // Load our app configuration
  app.configure(configuration(settings))

  // Set up Koa middleware
  app.use(cors())
  app.use(errorHandler())
  app.use(parseAuthentication())
  app.use(bodyParser())
  // Written by hand: service methods get the request's context, in `params`
  app.use(async (ctx, next) => {
    const params = { ...ctx.feathers, koa: ctx }
    ctx.feathers = params
    await next()
  })

  // Configure services and transports
  app.configure(rest())
  app.configure(
    socketio({
      cors: {
        origin: app.get('origins')
      }
    })
  )
  app.configure(sync(app.get('sync')))
  app.configure(authentication)
  app.configure(services)
  app.configure(channels)

  // Register hooks that run on all service methods
  app.hooks({
    around: {
      all: [logError]
    },
    before: {},
    after: {},
    error: {}
  })

  return app
}
