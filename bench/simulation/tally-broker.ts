import { decodeFrame } from '../../lib/delivery/wire/frame.js'
import { SimBroker, type SimLink } from '../../spec/simulation/sim-broker.js'

/** Messages published so far. */
export class Tally {
  events = 0
  nacks = 0
  heartbeats = 0
  /** Of the heartbeats, those that tell others where the sender's events begin for them. */
  answers = 0
  heartbeatBytes = 0
  largestHeartbeat = 0

  get messages(): number {
    return this.events + this.nacks + this.heartbeats
  }
}

/** A broker that counts what it is given. */
export class TallyBroker extends SimBroker {
  tally = new Tally()

  override publish(from: SimLink, bytes: Uint8Array): void {
    const { tally } = this
    const frame = decodeFrame(bytes)
    if (frame.kind === 'nack') tally.nacks += 1
    else if (frame.kind !== 'heartbeat') tally.events += 1
    else {
      tally.heartbeats += 1
      tally.heartbeatBytes += bytes.length
      tally.largestHeartbeat = Math.max(tally.largestHeartbeat, bytes.length)
      if (frame.baselines) tally.answers += 1
    }
    super.publish(from, bytes)
  }

  /** Starts to count anew. */
  count(): Tally {
    this.tally = new Tally()
    return this.tally
  }
}
