import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { networkProblem } from '@millrace/reach'
import { NodeError, sink, toOperatingError } from '@millrace/sdk'
import type { Message, NodeContext } from '@millrace/sdk'
import { bytesEncoderOf } from '../link/encode.ts'
import { udpOutDescriptor } from './descriptor.ts'

type Context = NodeContext<typeof udpOutDescriptor>

export const udpOut = sink(udpOutDescriptor, (context) => {
  const { config } = context
  const encode = bytesEncoderOf(config)
  const socket = openSocket(context)
  let underWay = 0
  const show = statusShower(context)
  const press = (): void => context.pressure(underWay >= underWayMax)
  return {
    onMessage: (message) => {
      const bytes = encode(message)
      if (bytes.length > datagramBytesMax) throw tooLong(bytes.length)
      const hold = context.hold()
      underWay += 1
      press()
      socket.send(bytes, config.port, config.host, (error) => {
        underWay -= 1
        press()
        if (error !== null) context.resume(hold, () => refuse(context, error, message))
        show(error === null ? undefined : problemOf(context, error))
        context.release(hold)
      })
    },
    close: () => new Promise<void>((resolve) => void socket.close(() => resolve())),
  }
})

/** Names are looked up for each datagram; so many at a time. */
const underWayMax = 64
/** What fits into a datagram of IPv4. */
const datagramBytesMax = 65_507

function openSocket({ config, status }: Context): Socket {
  const socket = createSocket({ type: config.host.includes(':') ? 'udp6' : 'udp4' })
  socket.on('error', (error) => status({ state: 'error', text: error.message.slice(0, 200) }))
  socket.bind(0, () => {
    try {
      if (config.isBroadcast) socket.setBroadcast(true)
      socket.setMulticastTTL(config.multicastTtl)
      const { multicastInterface } = config
      if (multicastInterface !== undefined && multicastInterface !== '') {
        socket.setMulticastInterface(multicastInterface)
      }
    } catch (error) {
      const text = `The multicast settings cannot be used: ${toOperatingError(error).message}`
      status({ state: 'error', text: text.slice(0, 200) })
    }
  })
  return socket
}

function statusShower({ status, config }: Context): (problem: string | undefined) => void {
  let shown: string | undefined = 'nothing yet'
  return (problem) => {
    if (problem === shown) return
    shown = problem
    const text = problem ?? `Sends to ${config.host}:${config.port}`
    status({ state: problem === undefined ? 'ok' : 'error', text: text.slice(0, 200) })
  }
}

function refuse(context: Context, error: unknown, message: Message): void {
  context.fail(new NodeError('NET_UDP_SEND', problemOf(context, error)), message)
}

function problemOf({ config }: Context, error: unknown): string {
  const { host, port } = config
  if (toOperatingError(error).code === 'EACCES') {
    return `${host} is a broadcast address. Allow them in the node if that is meant.`
  }
  return networkProblem(error, { host, port, peer: 'other side' }).text
}

function tooLong(bytes: number): NodeError {
  const text = `The message has ${bytes} bytes, and a datagram ${datagramBytesMax} at most.`
  return new NodeError('NET_DATAGRAM_TOO_LONG', text)
}
