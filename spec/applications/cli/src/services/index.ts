import { MemoryService } from '@feathersjs/memory'
import type { Application } from '../declarations.js'

export const services = (app: Application) => {
  app.use('messages', new MemoryService({ paginate: app.get('paginate') }))
}
