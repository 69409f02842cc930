// For more information about this file see https://dove.feathersjs.com/guides/cli/service.class.html#database-services
import type { Params } from '@feathersjs/feathers'

import type { Application } from '../../declarations.js'
import { type TableOptions, TableService } from '../../memory.js'
import type { User, UserData, UserPatch, UserQuery } from './users.schema.js'

export interface UserParams extends Params<UserQuery> {}

export class UserService extends TableService<User, UserData, UserParams, UserPatch> {}

export const getOptions = (app: Application): TableOptions => {
  return {
    paginate: app.get('paginate'),
    table: app.get('database').users,
    multi: ['create']
  }
}
