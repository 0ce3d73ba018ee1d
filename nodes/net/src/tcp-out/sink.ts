import type { Socket } from 'node:net'
import { sink } from '@millrace/sdk'
import type { NodeContext, Sink } from '@millrace/sdk'
import { frameWriter } from '../framing/frame-writer.ts'
import { framingOf } from '../framing/framing.ts'
import { Clients } from '../link/clients.ts'
import type { Client } from '../link/clients.ts'
import { bytesEncoderOf } from '../link/encode.ts'
import { Outbox } from '../link/outbox.ts'
import { tcpDoor } from '../link/tcp-door.ts'
import { tcpOutDescriptor } from './descriptor.ts'

type Context = NodeContext<typeof tcpOutDescriptor>

export const tcpOut = sink(tcpOutDescriptor, (context) =>
  context.config.mode === 'connect' ? sender(context) : broadcaster(context),
)

/** Of each message a frame of bytes. */
function frameOf({ config }: Context): (message: Parameters<Sink['onMessage']>[0]) => Uint8Array {
  const encode = bytesEncoderOf(config)
  const write = frameWriter(framingOf(config))
  return (message) => write(encode(message))
}

function sender(context: Context): Sink {
  const { config, timers, status } = context
  const toFrame = frameOf(context)
  const { release, pressure } = context
  const outbox = new Outbox({ release, pressure, bytesMax: config.bufferBytesMax })
  const door = tcpDoor({
    place: config,
    timers,
    status,
    onSocket: (socket) => {
      // Nothing is expected; unread it would fill up.
      socket.resume()
      socket.once('close', () => outbox.disconnected())
      outbox.connected((bytes, done) => socket.write(bytes, (error) => done(error ?? undefined)))
    },
  })
  door.open()
  return {
    onMessage: (message) => outbox.add(toFrame(message), () => context.hold()),
    close: async () => {
      await door.close()
      outbox.close()
    },
  }
}

/** Whoever is connected gets what comes from then on. */
function broadcaster(context: Context): Sink {
  const { config, timers, status, log } = context
  const toFrame = frameOf(context)
  const clients = new Clients(config.bufferBytesMax)
  const door = tcpDoor({
    place: config,
    timers,
    status,
    onSocket: (socket) => {
      const client = clientOf(socket)
      clients.add(client)
      socket.resume()
      socket.once('close', () => clients.remove(client))
    },
  })
  door.open()
  let told = 0
  return {
    onMessage: (message) => {
      clients.send(toFrame(message))
      if (clients.dropped === told) return
      told = clients.dropped
      log.warn(`Let go of a client that does not read; ${told} so far.`)
    },
    close: () => door.close(),
  }
}

function clientOf(socket: Socket): Client {
  return {
    get bufferedBytes() {
      return socket.writableLength
    },
    send: (bytes) => void socket.write(bytes),
    drop: () => void socket.destroy(),
  }
}
