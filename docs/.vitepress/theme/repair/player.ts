import { onBeforeUnmount, ref, shallowRef } from 'vue'
import type { Entry, Fleet } from './fleet.js'
import type { Name } from './frames.js'
import type { State } from './instance.js'
import type { Travel } from './network.js'

/** Simulated milliseconds in a second of the picture. */
export const SPEEDS = { slow: 15, normal: 35, fast: 100 } as const
export type Speed = keyof typeof SPEEDS

/** So many times faster while nothing is to be seen. */
const IDLE = 20
/** How many events of an origin an instance shows. */
const SHOWN = 6

/** What is drawn: the fleet at one moment. */
export interface View {
  now: number
  isIdle: boolean
  travels: (Travel & { progress: number })[]
  instances: {
    name: Name
    isLosing: boolean
    rows: { subject: Name; events: { number: number; state: State }[] }[]
  }[]
  log: Entry[]
}

/** Lets the time of a fleet pass, frame by frame of the screen. */
export function usePlayer() {
  const view = shallowRef<View>()
  const isPlaying = ref(false)
  const speed = ref<Speed>('normal')
  const isCalm = ref(false)
  let fleet: Fleet | undefined
  let isStepping = false
  let frame = 0
  let before: number | undefined

  async function reset(seed: number): Promise<void> {
    pause()
    // The library expects it of Node.js; this is the package, not node:buffer.
    const { Buffer } = await import('buffer/')
    globalThis.Buffer ??= Buffer as never
    const { Fleet } = await import('./fleet.js')
    const next = new Fleet(seed)
    await next.start()
    fleet = next
    isCalm.value = matchMedia('(prefers-reduced-motion: reduce)').matches
    draw()
  }

  function act(change: (fleet: Fleet) => void): void {
    if (!fleet) return
    change(fleet)
    draw()
    // Who wants no motion goes on by steps.
    if (!isCalm.value) play()
  }

  function play(): void {
    isStepping = false
    isPlaying.value = true
    request()
  }

  function pause(): void {
    cancelAnimationFrame(frame)
    frame = 0
    before = undefined
    isPlaying.value = false
    isStepping = false
  }

  /** On to where the next frame begins or ends a way: at once where no motion is wanted. */
  async function step(): Promise<void> {
    pause()
    if (isCalm.value) {
      await fleet?.advance(10_000, true)
      draw()
    } else {
      isStepping = true
      request()
    }
  }

  function request(): void {
    if (!frame) frame = requestAnimationFrame(onFrame)
  }

  async function onFrame(at: number): Promise<void> {
    if (!fleet) return
    const seconds = Math.min(0.1, (at - (before ?? at)) / 1000)
    before = at
    const pace = SPEEDS[speed.value] * (fleet.isBusy ? 1 : IDLE)
    const { changes } = fleet.network
    await fleet.advance(seconds * pace, isStepping || !fleet.isBusy)
    draw()
    if (isStepping && fleet.network.changes !== changes) pause()
    if (!frame) return // paused meanwhile
    frame = requestAnimationFrame(onFrame)
  }

  function draw(): void {
    if (!fleet) return
    const { network, instances, log, now, isBusy } = fleet
    const time = network.clock.now()
    view.value = {
      now: Math.round(now),
      isIdle: !isBusy,
      travels: network.travels.map((travel) => ({
        ...travel,
        progress: (time - travel.departs) / (travel.arrives - travel.departs)
      })),
      instances: instances.map((instance) => ({
        name: instance.name,
        isLosing: network.losing.has(instance.name),
        rows: instances.map(({ name: subject }) => ({ subject, events: instance.latest(subject, SHOWN) }))
      })),
      log: [...log].reverse()
    }
  }

  onBeforeUnmount(pause)
  return { view, isPlaying, speed, isCalm, reset, act, play, pause, step }
}
