import { io } from 'socket.io-client'
import type { Answer } from '@millrace/protocol'
import type { Channel } from '../live/index.ts'

/** The live channel over socket.io; it connects again by itself for as long as it takes. */
export function openSocketChannel(): Channel {
  const socket = io({ reconnectionDelay: 250, reconnectionDelayMax: 2000, timeout: 5000 })
  return {
    // socket.io types listeners by an event map of its own; ours has the same shape.
    on: (event, listener) => void socket.on(event as string, listener as () => void),
    onLink(listener) {
      socket.on('connect', () => listener(true))
      socket.on('disconnect', () => listener(false))
      socket.on('connect_error', () => listener(false))
    },
    send: (event, request, done) =>
      void socket.emit(event, request, (answer: Answer) => done(answer)),
  }
}
