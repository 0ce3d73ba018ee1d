import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { source, toOperatingError } from '@millrace/sdk'
import type { SourceContext, Timer } from '@millrace/sdk'
import { retryWaitMs } from '@millrace/web'
import { Arrivals } from '../link/arrivals.ts'
import { isLoopback, listenProblem } from '../link/tcp-door.ts'
import { udpInDescriptor } from './descriptor.ts'

type Context = SourceContext<typeof udpInDescriptor>

export const udpIn = source(udpInDescriptor, (context) => {
  const receiver = new Receiver(context)
  return {
    start: () => receiver.start(),
    pause: () => receiver.pause(),
    resume: () => receiver.resume(),
    stop: () => receiver.stop(),
    close: () => receiver.stop(),
  }
})

class Receiver {
  private readonly context: Context
  private arrivals: Arrivals | undefined
  private socket: Socket | undefined
  private timer: Timer | undefined
  private failures = 0
  private dropped = 0
  private isPaused = false
  private isStopped = false

  constructor(context: Context) {
    this.context = context
  }

  start(): void {
    this.arrivals = new Arrivals(this.context)
    this.open()
  }

  /** A datagram cannot be left with its sender: what comes meanwhile is dropped, and counted. */
  pause(): void {
    this.isPaused = true
    this.arrivals?.pause()
  }

  resume(): void {
    this.isPaused = this.arrivals?.resume() === false
    if (this.dropped > 0) this.show()
  }

  async stop(): Promise<void> {
    this.isStopped = true
    this.timer?.cancel()
    this.arrivals?.finish()
    const { socket } = this
    this.socket = undefined
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(() => resolve()))
  }

  private open(): void {
    const { config } = this.context
    const socket = createSocket({
      type: config.host.includes(':') ? 'udp6' : 'udp4',
      reuseAddr: config.isShared || config.isMulticast,
      ...(config.receiveBufferBytes > 0 ? { recvBufferSize: config.receiveBufferBytes } : {}),
    })
    this.socket = socket
    socket.on('message', (bytes, { address, port }) => this.onDatagram(bytes, { address, port }))
    socket.once('error', (error) => this.failed(socket, error))
    socket.bind(config.port, config.host, () => {
      if (this.isStopped) return
      try {
        if (config.isMulticast) socket.addMembership(config.group, config.multicastInterface)
      } catch (error) {
        this.failed(socket, error)
        return
      }
      this.failures = 0
      this.show()
    })
  }

  private onDatagram(bytes: Uint8Array, from: { address: string; port: number }): void {
    if (this.isPaused) {
      this.dropped += 1
      return
    }
    this.arrivals?.gather({ bytes, from })
  }

  private show(): void {
    const { config, status } = this.context
    const who = isLoopback(config.host) ? ', this machine only' : ''
    const group = config.isMulticast ? ` for ${config.group}` : ''
    const text = `Listens on ${config.host}:${config.port}${group}${who}`
    if (this.dropped === 0) status({ state: 'ok', text })
    else status({ state: 'warning', text: `${text}; ${this.dropped} dropped, the flow was behind` })
  }

  private failed(socket: Socket, error: unknown): void {
    if (this.isStopped) return
    const { config, status, timers } = this.context
    this.failures += 1
    const isOfGroup = config.isMulticast && toOperatingError(error).code !== 'EADDRINUSE'
    const text = isOfGroup
      ? `The group ${config.group} cannot be joined: ${toOperatingError(error).message}. Set "Group" and "Host".`
      : listenProblem(error, config)
    status({ state: 'error', text: `${text} Tries again.`.slice(0, 200) })
    socket.close()
    this.socket = undefined
    this.timer = timers.after(retryWaitMs(this.failures, Math.random()), () => this.open())
  }
}
