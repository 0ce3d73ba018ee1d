import type { Timers } from '@millrace/sdk'
import type { WebSocket } from 'ws'

/** Pings, and ends a connection whose other side has not answered until the next one. */
export function keepAlive(socket: WebSocket, timers: Timers, everyMs: number): void {
  if (everyMs === 0) return
  let isAlive = true
  socket.on('pong', () => (isAlive = true))
  const timer = timers.every(everyMs, () => {
    if (!isAlive) return socket.terminate()
    // Of one that is not read the answers are not seen either.
    isAlive = socket.isPaused
    socket.ping()
  })
  socket.once('close', () => timer.cancel())
}
