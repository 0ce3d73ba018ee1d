import { createSocket } from 'node:dgram'
import { inOneLine } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'
import type { SendOutcome } from '@millrace/web'
import type { ConnectionOf, Listener } from './listener.ts'
import { unreached } from './tcp-listener.ts'

/** What passes most networks in one piece. */
const usualBytes = 1400
/** RFC 768 and RFC 791: no datagram has room for more. */
const longestBytes = 65_507

/** `socket_listener` over UDP: lines in datagrams. Nothing says whether they arrive. */
export function openUdpListener(context: ConnectionOf): Listener {
  const { host, port } = context.config
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  // Told to the send that it belongs to; others, such as "port unreachable", have no send.
  socket.on('error', () => undefined)
  socket.unref()
  const send = (datagram: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(datagram, port, host, (error) => {
        if (error === null) resolve()
        else reject(error)
      })
    })
  return {
    where: `${host}:${port}`,
    precision: 'ns',
    write: async (lines): Promise<SendOutcome> => {
      const { datagrams, tooLong } = packed(lines)
      try {
        for (const datagram of datagrams) {
          // oxlint-disable-next-line no-await-in-loop -- so that they leave in order, and not all at once
          await send(datagram)
        }
      } catch (error) {
        return { kind: 'later', error: unreached(error, context) }
      }
      if (tooLong.length === 0) return { kind: 'sent' }
      const error = new NodeError(
        'TELEGRAF_REFUSED',
        `The point has more than ${longestBytes} bytes, which no datagram holds. Use TCP.`,
      )
      return { kind: 'refused', error, items: new Map(tooLong.map((at) => [at, error])) }
    },
    close: () => socket.close(),
  }
}

/** As many lines in each datagram as fit the usual size; a longer line goes alone. */
export function packed(lines: readonly string[]): {
  readonly datagrams: readonly Uint8Array[]
  readonly tooLong: readonly number[]
} {
  const datagrams: Uint8Array[] = []
  const tooLong: number[] = []
  let open: Uint8Array[] = []
  let bytes = 0
  const flush = (): void => {
    if (open.length > 0) datagrams.push(Buffer.concat(open))
    open = []
    bytes = 0
  }
  for (const [at, line] of lines.entries()) {
    const part = Buffer.from(`${inOneLine(line)}\n`)
    if (part.length > longestBytes) {
      tooLong.push(at)
      continue
    }
    if (bytes + part.length > usualBytes) flush()
    open.push(part)
    bytes += part.length
  }
  flush()
  return { datagrams, tooLong }
}
