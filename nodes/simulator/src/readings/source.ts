import { source } from '@millrace/sdk'
import type { KeyedState, SourceContext } from '@millrace/sdk'
import { sentIn } from '../scenes/play.ts'
import { scenes } from '../scenes/scenes.ts'
import { readingsDescriptor } from './descriptor.ts'

type Context = SourceContext<typeof readingsDescriptor>

/** How far a scene has been played. */
interface Progress {
  /** When the scene began, in milliseconds since the epoch. */
  readonly startedAt: number
  /** Number of the next step. */
  readonly next: number
}

/** What was missed for longer than this, as while the machine slept, is left out. */
const missedMaxMs = 10_000
const tickMs = 100
const only = 'progress'

export const readings = source(readingsDescriptor, (context) => {
  const { config, clock, timers } = context
  const { stepMs } = scenes[config.scene]
  const progress: KeyedState<Progress> = context.state.map('progress')
  let isPaused = false
  let isOver = false

  const tick = (): void => {
    if (isPaused || isOver) return
    const now = clock.now()
    const { startedAt, next: from } = takenUp(progress.get(only), now, stepMs)
    for (let next = from; startedAt + next * stepMs <= now && !isPaused && !isOver; next += 1) {
      isOver = config.forMs > 0 && next * stepMs >= config.forMs
      // Before it is sent, so that an epoch holds either both or none.
      progress.set(only, { startedAt, next: isOver ? next : next + 1 })
      if (!isOver) send(context, startedAt, next)
    }
    if (isOver) context.end()
  }

  return {
    start() {
      timers.every(tickMs, tick)
    },
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
    },
    stop() {
      isOver = true
    },
  }
})

/** A step is sent once it has begun; a clock that jumped does not pour out what it jumped over. */
function takenUp(progress: Progress | undefined, now: number, stepMs: number): Progress {
  if (progress === undefined) return { startedAt: Math.floor(now / 1000) * 1000, next: 0 }
  const { startedAt, next } = progress
  const behindMs = now - (startedAt + next * stepMs)
  if (behindMs >= -missedMaxMs && behindMs <= missedMaxMs) return progress
  // The scene goes on where it was, at the present time.
  return { startedAt: Math.floor(now / 1000) * 1000 - next * stepMs, next }
}

function send(context: Context, startedAt: number, number: number): void {
  const { config, deliver, emit } = context
  const sent = sentIn(scenes[config.scene], config.seed, number)
  if (sent.length === 0) return
  deliver(() => {
    for (const { topic, payload, atMs } of sent) {
      const time = startedAt + atMs
      emit.out({ payload: { ...payload, time }, topic, time })
    }
  }, nothing)
}

/** Whatever became of the messages is shown where it happened. */
function nothing(): void {}
