import type { Socket } from 'node:net'
import { source } from '@millrace/sdk'
import type { SourceContext } from '@millrace/sdk'
import { framingOf } from '../framing/framing.ts'
import type { Framing } from '../framing/framing.ts'
import { openSplitter } from '../framing/splitter.ts'
import { Arrivals, frameProblem } from '../link/arrivals.ts'
import type { Arrival, Sender } from '../link/arrivals.ts'
import { tcpDoor } from '../link/tcp-door.ts'
import { tcpInDescriptor } from './descriptor.ts'
import { silenceWatch } from './silence-watch.ts'

type Context = SourceContext<typeof tcpInDescriptor>

export const tcpIn = source(tcpInDescriptor, (context) => {
  const { config, timers, status } = context
  const framing = framingOf(config)
  const sockets = new Set<Socket>()
  const silence = silenceWatch(context)
  let isPaused = false
  let isStopped = false
  let arrivals: Arrivals | undefined
  const onSocket = (socket: Socket): void => {
    if (arrivals === undefined) return
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    silence.begin(socket)
    read(socket, { context, framing, arrivals, isStopped: () => isStopped })
    if (isPaused) socket.pause()
  }
  const door = tcpDoor({ place: config, timers, status, onSocket })
  const stop = async (): Promise<void> => {
    isStopped = true
    silence.stop()
    await door.close()
    arrivals?.finish()
  }
  return {
    start: () => {
      arrivals = new Arrivals(context)
      door.open()
    },
    // What is not read fills the buffers of the system, and then the sender has to wait.
    pause: () => {
      isPaused = true
      arrivals?.pause()
      for (const socket of sockets) socket.pause()
    },
    resume: () => {
      isPaused = arrivals?.resume() === false
      if (isPaused) return
      silence.beginAnew()
      for (const socket of sockets) socket.resume()
    },
    stop,
    close: stop,
  }
})

interface Reading {
  readonly context: Context
  readonly framing: Framing
  readonly arrivals: Arrivals
  readonly isStopped: () => boolean
}

function read(socket: Socket, { context, framing, arrivals, isStopped }: Reading): void {
  const { messageBytesMax } = context.config
  const from: Sender = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
  let together: Arrival[] = []
  const splitter = openSplitter(framing, messageBytesMax, {
    onFrame: (bytes) => together.push({ bytes, from }),
    onRefused: (bytes, why) =>
      together.push({ bytes, from, problem: frameProblem(why, messageBytesMax) }),
  })
  const take = (): void => {
    const came = together
    together = []
    arrivals.take(came)
  }
  let isClean = false
  socket.on('data', (chunk) => {
    context.goesOn()
    splitter.push(chunk)
    take()
  })
  socket.once('end', () => (isClean = true))
  socket.once('close', () => {
    // What we cut off ourselves is no mistake of the sender's.
    if (isStopped()) return
    context.goesOn()
    splitter.end(isClean)
    take()
  })
}
