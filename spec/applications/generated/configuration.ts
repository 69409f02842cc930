import { readFileSync } from 'node:fs'
import type { PaginationOptions } from '@feathersjs/adapter-commons'
import type { AuthenticationConfiguration } from '@feathersjs/authentication'

import type { Application } from './declarations.js'
import type { Table } from './memory.js'

/** What differs from instance to instance, or from environment to environment. */
export interface ApplicationConfiguration {
  sync: { uri: string; key: string; omit?: (string | RegExp)[]; serialize?: (message: object) => string }
  database: { users: Table; messages: Table }
}

interface Defaults {
  origins: string[]
  paginate: PaginationOptions
  authentication: AuthenticationConfiguration
}

export type Configuration = ApplicationConfiguration & Defaults

const defaults: Defaults = JSON.parse(readFileSync(new URL('default.json', import.meta.url), 'utf8'))

/** In place of @feathersjs/configuration, which reads files that are those of a process, not of an application. */
export const configuration = (settings: ApplicationConfiguration) => (app: Application) => {
  for (const [name, value] of Object.entries({ ...structuredClone(defaults), ...settings })) {
    app.set(name as keyof Configuration, value as Configuration[keyof Configuration])
  }
}
