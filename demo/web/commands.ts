import type { Stage } from './stage.js'

/** The most messages that can be dropped in a row. */
const MOST_LOSSES = 100

interface Parameters {
  instance?: string
  count?: number
  forGood?: boolean
}

type Command = (stage: Stage, parameters: Parameters) => Promise<void> | void

/** What the buttons of the page do. */
const COMMANDS = new Map<string, Command>([
  ['kill', (stage, { instance = '' }) => stage.instance(instance).kill()],
  ['start', (stage, { instance = '' }) => stage.instance(instance).start()],
  [
    'lose',
    (stage, { instance = '', count = 1, forGood = false }) => {
      if (!Number.isInteger(count) || count < 0 || count > MOST_LOSSES)
        throw new Error(`the number of messages has to be 0 to ${MOST_LOSSES}, got ${count}`)
      stage.instance(instance).lose({ count, forGood: forGood === true })
    }
  ],
  ['stop-broker', (stage) => stage.setBroker('stopped')],
  ['start-broker', (stage) => stage.setBroker('running')]
])

/** @throws Error whose message is for the user */
export async function runCommand(stage: Stage, name: string, parameters: Parameters): Promise<void> {
  const command = COMMANDS.get(name)
  if (!command) throw new Error(`there is no command ${name}`)
  await command(stage, parameters)
}
