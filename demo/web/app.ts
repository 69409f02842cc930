/** One instance of the application: what a user would write. instance.ts runs it. */
import type { Params } from '@feathersjs/feathers'
import { feathers } from '@feathersjs/feathers'
import { koa } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import { register } from 'prom-client'
import sync, { type SyncOptions } from '../../lib/index.js'
import { collectSyncMetrics } from '../../lib/prometheus.js'
import type { Message } from './database.js'

/** The database, as an instance sees it. */
export interface RemoteDatabase {
  find(): Promise<Message[]>
  create(message: { text: string; from: string }): Promise<Message>
  like(id: number): Promise<Message>
  remove(id: number): Promise<Message>
}

/** The page gives each action a stamp, by which it recognizes the event. */
interface Stamped extends Params {
  query?: { stamp?: string }
}

const LONGEST_TEXT = 200

class Messages {
  constructor(
    private readonly name: string,
    private readonly database: RemoteDatabase
  ) {}

  async find() {
    return await this.database.find()
  }

  async create({ text }: { text: string }, { query }: Stamped) {
    const message = { text: String(text).slice(0, LONGEST_TEXT), from: this.name }
    return { ...(await this.database.create(message)), stamp: query?.stamp }
  }

  /** The only change there is: one more like. */
  async patch(id: number, _: object, { query }: Stamped) {
    return { ...(await this.database.like(Number(id))), stamp: query?.stamp }
  }

  async remove(id: number, { query }: Stamped) {
    return { ...(await this.database.remove(Number(id))), stamp: query?.stamp }
  }
}

/** Events without a database, for load. */
class Ticks {
  async create({ stamp }: { stamp: string }) {
    return { stamp }
  }
}

export function createApp(name: string, database: RemoteDatabase, syncOptions: SyncOptions) {
  const app = koa(feathers<{ messages: Messages; ticks: Ticks }>())
  app.configure(socketio({ transports: ['websocket'] }))
  app.configure(sync(syncOptions))
  collectSyncMetrics(app)
  app.use(async (context, next) => {
    if (context.path !== '/metrics') return await next()
    context.type = register.contentType
    context.body = await register.metrics()
  })
  app.use('messages', new Messages(name, database))
  app.use('ticks', new Ticks())
  app.on('connection', (connection) => app.channel('everybody').join(connection))
  app.publish(() => app.channel('everybody'))
  return app
}
