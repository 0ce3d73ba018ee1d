import { sink } from '@millrace/sdk'
import type { NodeContext, Sink } from '@millrace/sdk'
import { encoderOf } from '../link/encode.ts'
import { Outbox } from '../link/outbox.ts'
import { webSocketDialer } from '../link/web-socket-dial.ts'
import { websocketOutDescriptor } from './descriptor.ts'

type Context = NodeContext<typeof websocketOutDescriptor>

export const websocketOut = sink(websocketOutDescriptor, (context) => sender(context))

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

/** Nothing is expected from the other side; so much may come nonetheless. */
const receivedBytesMax = 1_048_576

function isBinary(frame: Context['config']['frame'], bytes: string | Uint8Array): boolean {
  return frame === 'auto' ? typeof bytes !== 'string' : frame === 'binary'
}
