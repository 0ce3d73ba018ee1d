import { sink } from '@millrace/sdk'
import type { NodeContext, Sink } from '@millrace/sdk'
import { Clients } from '../link/clients.ts'
import type { Client } from '../link/clients.ts'
import { encoderOf } from '../link/encode.ts'
import { Outbox } from '../link/outbox.ts'
import { webSocketDialer } from '../link/web-socket-dial.ts'
import { WebSocketDoor } from '../link/web-socket-door.ts'
import { websocketOutDescriptor } from './descriptor.ts'

type Context = NodeContext<typeof websocketOutDescriptor>

export const websocketOut = sink(websocketOutDescriptor, (context) =>
  context.config.mode === 'connect' ? sender(context) : broadcaster(context),
)

function sender(context: Context): Sink {
  const { config, timers, status, release, pressure } = context
  const encode = encoderOf(config)
  const outbox = new Outbox({ release, pressure, bytesMax: config.bufferBytesMax })
  const dialer = webSocketDialer({
    config,
    timers,
    status,
    messageBytesMax: receivedBytesMax,
    onSocket: (socket) => {
      socket.once('close', () => outbox.disconnected())
      outbox.connected((bytes, done) => {
        socket.send(bytes, { binary: isBinary(config.frame, bytes) }, (error) =>
          done(error ?? undefined),
        )
      })
    },
  })
  dialer.start()
  return {
    onMessage: (message) => outbox.add(encode(message), () => context.hold()),
    close: () => {
      dialer.stop()
      outbox.close()
    },
  }
}

/** Whoever is connected gets what comes from then on. */
function broadcaster(context: Context): Sink {
  const { config, timers, status, http, log } = context
  const encode = encoderOf(config)
  const clients = new Clients(config.bufferBytesMax)
  const common = { config, timers, status, messageBytesMax: receivedBytesMax }
  const door = new WebSocketDoor({
    ...common,
    http,
    onSocket: (socket) => {
      const client: Client = {
        get bufferedBytes() {
          return socket.bufferedAmount
        },
        send: (bytes) => socket.send(bytes, { binary: isBinary(config.frame, bytes) }),
        drop: () => socket.terminate(),
      }
      clients.add(client)
      socket.once('close', () => clients.remove(client))
    },
  })
  door.start()
  let told = 0
  return {
    onMessage: (message) => {
      clients.send(encode(message))
      if (clients.dropped === told) return
      told = clients.dropped
      log.warn(`Let go of a client that does not read; ${told} so far.`)
    },
    close: () => door.close(),
  }
}

/** Nothing is expected from the other side; so much may come nonetheless. */
const receivedBytesMax = 1_048_576

function isBinary(frame: Context['config']['frame'], bytes: string | Uint8Array): boolean {
  return frame === 'auto' ? typeof bytes !== 'string' : frame === 'binary'
}
