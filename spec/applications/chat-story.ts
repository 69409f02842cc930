import { type Chat, PASSWORD, type Received } from './chat.js'

/** What is done at one instance, and what every client got of it: what its own clients got comes first. */
export interface Chapter {
  title: string
  instance: number
  received: Received
}

interface Ids {
  rest: number
  socket: number
}
type Told = [title: string, act: (chat: Chat, here: number, ids: Ids) => Promise<unknown>]

const text = (client: string, here: number, what = 'hi') => ({ text: `${what} of ${client} at ${here}` })
const CHAPTERS: Told[] = [
  [
    'create by REST and by websocket',
    async (chat, here, ids) => {
      ids.rest = (await chat.rest(here, 'POST', 'messages', text('ann', here))).id
      const made = await chat.client(here, 'bob').call('create', 'messages', text('bob', here))
      ids.socket = (made as { id: number }).id
    }
  ],
  [
    'patch by REST and by websocket',
    async (chat, here, ids) => {
      await chat.rest(here, 'PATCH', `messages/${ids.socket}`, text('ann', here, 'ho'))
      await chat.client(here, 'bob').call('patch', 'messages', ids.rest, text('bob', here, 'ho'))
    }
  ],
  [
    'create of several by REST and by websocket',
    async (chat, here) => {
      await chat.rest(here, 'POST', 'messages', [text('ann', here, 'one'), text('ann', here, 'two')])
      const several = [text('bob', here, 'three'), text('bob', here, 'four')]
      await chat.client(here, 'bob').call('create', 'messages', several)
    }
  ],
  [
    'a custom event',
    async (chat, here) => {
      chat.instances[here]?.app.service('messages').emit('typing', { name: 'Ann', at: here })
    }
  ],
  [
    'a sign-up, a new password, and the removal of an account',
    async (chat, here) => {
      const email = `carl-${here}@example.com`
      const { id } = await chat.rest(here, 'POST', 'users', { email, password: PASSWORD })
      const ann = chat.client(here, 'ann')
      const [me] = ((await ann.call('find', 'users')) as { data: { id: number }[] }).data
      await ann.call('patch', 'users', me?.id, { password: PASSWORD })
      await chat.instances[here]?.app.service('users').remove(id)
    }
  ],
  [
    'remove by REST and by websocket',
    async (chat, here, ids) => {
      await chat.rest(here, 'DELETE', `messages/${ids.rest}`)
      await chat.client(here, 'bob').call('remove', 'messages', ids.socket)
    }
  ]
]

/** Everything that the clients of this application do, at each of the two instances in turn. Bob logs out in the end. */
export async function tell(chat: Chat): Promise<Chapter[]> {
  const chapters: Chapter[] = []
  for (const instance of [0, 1]) {
    const ids: Ids = { rest: 0, socket: 0 }
    for (const [title, act] of CHAPTERS) {
      await act(chat, instance, ids)
      chapters.push({ title, instance, received: await ownFirst(chat, instance) })
    }
  }
  for (const instance of [0, 1]) await chat.client(instance, 'bob').call('remove', 'authentication', null)
  for (const instance of [0, 1]) {
    await chat.rest(instance, 'POST', 'messages', text('ann', instance, 'bye'))
    chapters.push({ title: 'after a logout', instance, received: await ownFirst(chat, instance, ['ann']) })
  }
  return chapters
}

async function ownFirst(chat: Chat, here: number, loggedIn?: Parameters<Chat['received']>[1]) {
  const received = await chat.received(here, loggedIn)
  if (here === 1) for (const logs of Object.values(received)) logs.reverse()
  return received
}
