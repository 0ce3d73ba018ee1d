import { source } from '@millrace/sdk'
import type { SourceContext } from '@millrace/sdk'
import type { RawData, WebSocket } from 'ws'
import { Arrivals } from '../link/arrivals.ts'
import type { Sender } from '../link/arrivals.ts'
import { webSocketDialer } from '../link/web-socket-dial.ts'
import { WebSocketDoor } from '../link/web-socket-door.ts'
import { websocketInDescriptor } from './descriptor.ts'

export const websocketIn = source(websocketInDescriptor, (context) => {
  const sockets = new Set<WebSocket>()
  let isPaused = false
  let arrivals: Arrivals | undefined
  const onSocket = (socket: WebSocket, from: Sender): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('message', (data, isBinary) => {
      context.goesOn()
      arrivals?.gather({ bytes: bytesOf(data), from: { ...from, isBinary } })
    })
    if (isPaused) socket.pause()
  }
  const link = openLink(context, onSocket)
  const stop = (): void => {
    arrivals?.finish()
    link.stop()
  }
  return {
    start: () => {
      arrivals = new Arrivals(context)
      link.start()
    },
    // What is not read fills the buffers of the system, and then the sender has to wait.
    pause: () => {
      isPaused = true
      arrivals?.pause()
      for (const socket of sockets) socket.pause()
    },
    resume: () => {
      isPaused = arrivals?.resume() === false
      if (!isPaused) for (const socket of sockets) socket.resume()
    },
    stop,
    close: () => {
      stop()
      link.close?.()
    },
  }
})

interface Link {
  start(): void
  /** Takes nothing more in. */
  stop(): void
  /** Ends what is still open. */
  close?(): void
}

function openLink(
  context: SourceContext<typeof websocketInDescriptor>,
  onSocket: (socket: WebSocket, from: Sender) => void,
): Link {
  const { config, timers, status, http } = context
  const common = { config, timers, status, messageBytesMax: config.messageBytesMax }
  if (config.mode === 'serve') {
    return new WebSocketDoor({
      ...common,
      http,
      onSocket: (socket, { id, path, remoteAddress }) => {
        onSocket(socket, { path, address: remoteAddress, client: id })
      },
    })
  }
  return webSocketDialer({
    ...common,
    onSocket: (socket) => {
      onSocket(socket, { url: config.url.split('?', 1)[0] ?? '' })
      for (const { text } of config.greetings) socket.send(text)
    },
  })
}

/** One buffer, as long as `binaryType` is left as it is. */
function bytesOf(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return Array.isArray(data) ? Buffer.concat(data) : data
}
