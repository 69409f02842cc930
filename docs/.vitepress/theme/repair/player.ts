import { onBeforeUnmount, ref, shallowRef } from 'vue'
import type { Entry, Fleet } from './fleet.js'
import type { Name } from './frames.js'
import type { State } from './instance.js'
import type { Travel } from './network.js'

/** Simulated milliseconds in a second of the picture. */
export const SPEEDS = { slow: 5, normal: 11, fast: 30 } as const
export type Speed = keyof typeof SPEEDS

/** How many times faster it goes while nothing is to be seen. */
const FASTER = { traveling: 1, waiting: 4, idle: 60 }
/** How many events of an origin an instance shows. */
const SHOWN = 6

/** What is drawn: the fleet at one moment. */
export interface View {
  now: number
  activity: Fleet['activity']
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
  /** Of the current run of frames; another one ends it. */
  let run = 0

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

  function send(change: (fleet: Fleet) => void): void {
    if (!fleet) return
    change(fleet)
    draw()
    // Who wants no motion goes on by steps.
    if (!isCalm.value) play()
  }

  function toggleLoss(name: Name): void {
    fleet?.toggleLoss(name)
    draw()
  }

  function play(): void {
    isStepping = false
    if (isPlaying.value) return
    isPlaying.value = true
    start()
  }

  function pause(): void {
    run += 1
    isPlaying.value = isStepping = false
  }

  /** On to where the next frame begins or ends a way: at once where no motion is wanted. */
  async function step(): Promise<void> {
    pause()
    if (isCalm.value) {
      await fleet?.advance(10_000, true)
      draw()
    } else {
      isStepping = true
      start()
    }
  }

  function start(): void {
    run += 1
    const current = run
    let before: number | undefined
    const onFrame = async (at: number) => {
      if (current !== run || !fleet) return
      const seconds = Math.min(0.1, (at - (before ?? at)) / 1000)
      before = at
      const { network, activity } = fleet
      const { changes } = network
      const ms = seconds * SPEEDS[speed.value] * FASTER[activity]
      await fleet.advance(ms, isStepping || activity !== 'traveling')
      draw()
      if (isStepping && network.changes !== changes) pause()
      requestAnimationFrame(onFrame)
    }
    requestAnimationFrame(onFrame)
  }

  function draw(): void {
    if (!fleet) return
    const { network, instances, log, now, activity } = fleet
    const time = network.clock.now()
    view.value = {
      now: Math.round(now),
      activity,
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
  return { view, isPlaying, speed, isCalm, reset, send, toggleLoss, play, pause, step }
}
