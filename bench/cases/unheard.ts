import { Fleet } from '../fleet.js'
import { SETTLE } from '../load.js'
import type { Options, PacedOptions } from '../options.js'
import { Samples } from '../samples.js'
import { type Contestant, ROLES, type Role } from '../sides/side.js'
import type { Row } from '../table.js'

/** How long an idle instance is watched, in ms. */
const IDLE = 6000
/** Events a second to warm up. */
const WARMING = 2000

/** What events cost an instance where nobody listens to them, in fleets of two: one makes them all. */
export async function unheard(
  broker: string,
  uri: string,
  contestants: readonly Contestant[],
  { growth: options, rounds }: Options
): Promise<Row[]> {
  const samples = ROLES.map((role) => ({ role, samples: new Samples() }))
  for (const contestant of contestants) {
    for (const { role, samples: ofRole } of samples) {
      // The driver alone knows no services.
      if (contestant === 'raw' && role === 'lacks the service') continue
      if (contestant !== '4' && role === 'excludes it') continue // that is the option `services`
      await ofRole.attempt(contestant, () =>
        measure(ofRole, { contestant, uri, role }, { ...options, rounds })
      )
    }
  }
  return samples.flatMap(({ role, samples: ofRole }) =>
    ofRole.rows(broker, contestants).map((row) => ({ ...row, work: `an instance that ${role}, ${row.work}` }))
  )
}

async function measure(
  samples: Samples,
  { contestant, uri, role }: { contestant: Contestant; uri: string; role: Role },
  { rates, rounds, seconds, warmUp }: PacedOptions & { rounds: number }
): Promise<void> {
  const fleet = await Fleet.start({ contestant, uri, receivers: 1, role })
  try {
    const load = async (rate: number, lasts: number) => {
      const [sender, receiver] = await fleet.underLoad({ rate, lasts, oneSender: true })
      return { sent: sender?.sent ?? 0, cpu: receiver?.cpu ?? Number.NaN }
    }
    await load(WARMING, (warmUp * 1000) / WARMING)
    const idle = (await load(0, IDLE)).cpu / (IDLE + SETTLE)
    for (const rate of rates) {
      const lasts = seconds * 1000
      for (let round = 0; round < rounds; round += 1) {
        const { sent, cpu } = await load(rate, lasts)
        samples.add(
          contestant,
          `${rate} events/s: CPU for an event`,
          'µs',
          (cpu - idle * (lasts + SETTLE)) / sent
        )
      }
    }
  } finally {
    await fleet.stop()
  }
}
