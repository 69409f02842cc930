import { deserialize, serialize } from 'bson'
import { record } from '../data.js'
import { median } from '../rounds.js'
import type { Row } from '../table.js'

interface Contender {
  serialize(message: object): string | Uint8Array
  deserialize(bytes: Buffer): object
}

const MESSAGES = 20_000
const DIST = new URL('../../dist/', import.meta.url)

/** How long a message of a 200 B record takes each way, and how large it is. */
export async function serializers(rounds: number): Promise<Row<string>[]> {
  const { JsonSerializer } = await import(new URL('index.js', DIST).href)
  const { MsgpackSerializer } = await import(new URL('msgpack.js', DIST).href)
  const contenders: [string, Contender][] = [
    ['JSON', new JsonSerializer()],
    ['MessagePack', new MsgpackSerializer()],
    ['BSON', { serialize, deserialize }]
  ]
  const context = { type: null, method: 'create', params: { query: {}, provider: 'socketio' }, self: 11 }
  const message = { event: 'created', path: 'messages', data: { id: 1, ...record(200) }, context }
  const times = new Map(contenders.map(([name]) => [name, { out: [] as number[], back: [] as number[] }]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, contender] of contenders) {
      const bytes = Buffer.from(contender.serialize(message) as Uint8Array)
      const out = timeOf(() => Buffer.from(contender.serialize(message) as Uint8Array))
      const back = timeOf(() => contender.deserialize(bytes))
      if (round === 0) continue // to warm up
      times.get(name)?.out.push(out)
      times.get(name)?.back.push(back)
    }
  }
  const row = (work: string, unit: string, figure: (name: string, contender: Contender) => number) => {
    const figures = new Map(contenders.map(([name, contender]) => [name, figure(name, contender)]))
    return { broker: '', work, unit, figures, isRate: false }
  }
  return [
    row('serialize', 'µs', (name) => median(times.get(name)?.out ?? [])),
    row('deserialize', 'µs', (name) => median(times.get(name)?.back ?? [])),
    row('size', 'bytes', (_, contender) => Buffer.from(contender.serialize(message) as Uint8Array).length)
  ]
}

/** Of one call, in µs. */
function timeOf(call: () => unknown): number {
  const startedAt = performance.now()
  for (let count = 0; count < MESSAGES; count += 1) call()
  return ((performance.now() - startedAt) * 1000) / MESSAGES
}
