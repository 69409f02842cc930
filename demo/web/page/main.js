import { command, listen } from './control.js'
import { find } from './dom.js'
import { gapText } from './feed.js'
import { Journeys } from './journeys.js'
import { Latest, say } from './latest.js'
import { startLoad } from './load.js'
import { Pane } from './pane.js'
import { Plots } from './plots.js'
import { Samples } from './samples.js'
import { startTheme } from './theme.js'

/** @typedef {import('./control.js').State} State */

const NAMES = ['A', 'B', 'C']

const journeys = new Journeys()
const samples = new Samples()
const latest = new Latest()

/** @type {Pane[]} */
const panes = NAMES.map((name) => {
  return new Pane(name, journeys, (pane, what, stamp, arrival) => {
    samples.add(pane, arrival?.ms)
    const connected = panes.filter(({ isConnected }) => isConnected).length
    if (what) latest.arrive(pane, what, stamp, arrival, connected)
  })
})

const brokerButton = find('#broker')
const hubButton = find('#hub')
/** @type {State | undefined} */
let state

brokerButton.addEventListener('click', () =>
  command(state?.broker?.state === 'running' ? 'stop-broker' : 'start-broker')
)
hubButton.addEventListener('click', () => command('kill', { instance: hubButton.dataset.instance }))

startTheme(() => plots.restart())
const plots = new Plots(samples, NAMES)
startLoad(panes)
listen({
  onState(next) {
    state = next
    for (const instance of next.instances) paneOf(instance.name)?.update(instance)
    showBar(next)
  },
  onNote(note) {
    paneOf(note.instance)?.note(note)
    if (note.kind === 'gap') say(`${note.instance}: ${gapText(note.missed)}`)
  },
  onEnd() {
    for (const pane of panes) pane.end()
    brokerButton.hidden = true
    hubButton.hidden = true
    say('The demo has ended: start it again, and open the address that it prints.')
  }
})

/** @param {string} name */
function paneOf(name) {
  return panes.find((pane) => pane.name === name)
}

/** @param {State} state */
function showBar({ uri, broker, instances }) {
  find('#uri').textContent = uri
  const hub = instances.find(({ report }) => report?.isHub)
  brokerButton.hidden = !broker
  brokerButton.textContent = broker?.state === 'stopped' ? 'Start the broker' : 'Stop the broker'
  hubButton.hidden = !hub
  hubButton.textContent = `Kill the hub, ${hub?.name}`
  hubButton.dataset.instance = hub?.name
  const isStopped = broker?.state === 'stopped'
  find('#broker-state').textContent = broker
    ? `(${broker.name}, ${isStopped ? 'stopped' : 'running'})`
    : hubText(uri)
}

/** @param {string} uri */
function hubText(uri) {
  return uri.startsWith('ipc:') ? '(a local socket, without a broker; one of the instances is the hub)' : ''
}
