import { payloadBytes } from '@millrace/formats'
import { NodeError, sink } from '@millrace/sdk'
import type { Message, NodeContext, Sink } from '@millrace/sdk'
import { Clients } from '../link/clients.ts'
import type { Client } from '../link/clients.ts'
import { encoderOf } from '../link/encode.ts'
import { Outbox } from '../link/outbox.ts'
import { webSocketDialer } from '../link/web-socket-dial.ts'
import { WebSocketDoor } from '../link/web-socket-door.ts'
import { websocketOutDescriptor } from './descriptor.ts'
import { frameOf } from './frame.ts'

type Context = NodeContext<typeof websocketOutDescriptor>

export const websocketOut = sink(websocketOutDescriptor, (context) =>
  senders[context.config.mode](context),
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

/** Whom a message came from gets the answer to it. */
function answerer(context: Context): Sink {
  const { config, http } = context
  const encode = encoderOf(config)
  return {
    onMessage: (message) => {
      const stream = http.streamOf(clientOf(message))
      if (stream === undefined) {
        throw new NodeError('NET_CLIENT_GONE', 'The client that the message came from is gone.')
      }
      if (stream.bufferedBytes > config.bufferBytesMax) {
        stream.destroy()
        const text = 'The client that the message came from does not read, and was let go.'
        throw new NodeError('NET_CLIENT_SLOW', text)
      }
      const payload = encode(message)
      stream.write(frameOf(payloadBytes(payload), isBinary(config.frame, payload)))
    },
  }
}

function clientOf({ peer }: Message): string {
  const client =
    typeof peer === 'object' && peer !== null && 'client' in peer ? peer.client : undefined
  if (typeof client === 'string') return client
  const text =
    'The message carries no `peer.client`: it does not come from a WebSocket in that waits for clients, or lost it on the way.'
  throw new NodeError('NET_NO_CLIENT', text)
}

const senders = { connect: sender, serve: broadcaster, reply: answerer } as const

/** Nothing is expected from the other side; so much may come nonetheless. */
const receivedBytesMax = 1_048_576

function isBinary(frame: Context['config']['frame'], bytes: string | Uint8Array): boolean {
  return frame === 'auto' ? typeof bytes !== 'string' : frame === 'binary'
}
