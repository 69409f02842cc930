// For more information about this file see https://dove.feathersjs.com/guides/cli/typescript.html
import type { AuthenticationService } from '@feathersjs/authentication'
import type { HookContext as FeathersHookContext, NextFunction } from '@feathersjs/feathers'
import type { Application as FeathersApplication } from '@feathersjs/koa'

import type { Configuration } from './configuration.js'
import type { User } from './services/users/users.js'

export type { Configuration, NextFunction }

// A mapping of service names to types. Will be extended in service files.
export interface ServiceTypes {
  authentication: AuthenticationService
}

// The application instance type that will be used everywhere else
export type Application = FeathersApplication<ServiceTypes, Configuration>

// The context for hook functions - can be typed with a service class
export type HookContext<S = unknown> = FeathersHookContext<Application, S>

// Add the user as an optional property to all params
declare module '@feathersjs/feathers' {
  interface Params {
    user?: User
  }
}
