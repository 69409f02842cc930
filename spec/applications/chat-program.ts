// Tells the story over the broker at the given address, and prints the chapters. What `feathers-sync` is, the tsconfig.json in use says.
// With a second argument, as an application of feathers-sync 3 that has services with resolvers.
import { randomUUID } from 'node:crypto'
import { Chat } from './chat.js'
import { tell } from './chat-story.js'

/** feathers-sync 3 makes the call fail where a context is circular, and resolvers leave themselves in `params`. */
const serialize = (message: object) =>
  JSON.stringify(message, (name, value) => (name === 'resolve' || name === 'koa' ? undefined : value))

const [uri = '', isAdapted] = process.argv.slice(2)
const chat = await Chat.start({ uri, key: `chat-${randomUUID()}`, ...(isAdapted && { serialize }) })
await chat.logIn()
await chat.received(0)
await chat.received(1)
const chapters = await tell(chat)
// feathers-sync 3 stays connected.
process.stdout.write(JSON.stringify(chapters), () => process.exit())
