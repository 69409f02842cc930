// For more information about this file see https://dove.feathersjs.com/guides/cli/service.class.html#database-services
import type { Params } from '@feathersjs/feathers'

import type { Application } from '../../declarations.js'
import { type TableOptions, TableService } from '../../memory.js'
import type { Message, MessageData, MessagePatch, MessageQuery } from './messages.schema.js'

export interface MessageParams extends Params<MessageQuery> {}

export class MessageService extends TableService<Message, MessageData, MessageParams, MessagePatch> {}

export const getOptions = (app: Application): TableOptions => {
  return {
    paginate: app.get('paginate'),
    table: app.get('database').messages,
    multi: ['create']
  }
}
