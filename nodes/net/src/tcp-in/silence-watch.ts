import type { Socket } from 'node:net'
import type { Clock, Timer, Timers } from '@millrace/sdk'

export interface SilenceWatch {
  /** Of a connection that was made just now. */
  begin(socket: Socket): void
  /** Of all: while the flow was behind nothing was read of them. */
  beginAnew(): void
  stop(): void
}

/** Ends connections on which nothing came for so long. */
export function silenceWatch({
  config,
  clock,
  timers,
}: {
  readonly config: { readonly silentMs: number }
  readonly clock: Clock
  readonly timers: Timers
}): SilenceWatch {
  const { silentMs } = config
  if (silentMs === 0) return never
  const heardAt = new Map<Socket, number>()
  const look = (): void => {
    const now = clock.monotonic()
    for (const [socket, at] of heardAt) {
      if (!socket.isPaused() && now - at >= silentMs) socket.destroy()
    }
  }
  const timer: Timer = timers.every(Math.ceil(silentMs / looks), look)
  return {
    begin: (socket) => {
      const hear = (): void => void heardAt.set(socket, clock.monotonic())
      hear()
      socket.on('data', hear)
      socket.once('close', () => heardAt.delete(socket))
    },
    beginAnew: () => {
      for (const socket of heardAt.keys()) heardAt.set(socket, clock.monotonic())
    },
    stop: () => timer.cancel(),
  }
}

/** In the time after which one is ended. */
const looks = 4

const never: SilenceWatch = {
  begin: () => undefined,
  beginAnew: () => undefined,
  stop: () => undefined,
}
