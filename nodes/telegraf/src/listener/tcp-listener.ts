import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { inOneLine } from '@millrace/formats'
import { networkProblem, within } from '@millrace/reach'
import { NodeError } from '@millrace/sdk'
import { tlsOptions } from '@millrace/web'
import type { SendOutcome } from '@millrace/web'
import type { ConnectionOf, Listener } from './listener.ts'

/** `socket_listener` over TCP: lines on a connection that is kept open. It answers nothing. */
export function openTcpListener(context: ConnectionOf): Listener {
  const { host, port } = context.config
  let socket: Socket | undefined
  let isClosed = false

  const reached = async (): Promise<Socket> => {
    if (socket !== undefined && socket.writable && !socket.destroyed) return socket
    const opened = await open(context)
    if (isClosed) opened.destroy()
    // It has nothing to say; when it ends the connection, the next write makes another.
    opened.resume()
    opened.on('end', () => opened.destroy())
    opened.on('error', () => opened.destroy())
    socket = opened
    return opened
  }
  return {
    where: `${host}:${port}`,
    precision: 'ns',
    write: async (lines): Promise<SendOutcome> => {
      try {
        await send(await reached(), `${lines.map(inOneLine).join('\n')}\n`, context)
        return { kind: 'sent' }
      } catch (error) {
        socket?.destroy()
        return { kind: 'later', error: unreached(error, context) }
      }
    },
    close: () => {
      isClosed = true
      socket?.destroy()
    },
  }
}

function open({ config, timers }: ConnectionOf): Promise<Socket> {
  const { host, port, isSecure, timeoutMs } = config
  return within({ timers, limitMs: timeoutMs }, (resolve, reject) => {
    let isOpen = false
    const socket = isSecure
      ? connectTls({ host, port, ...tlsOptions(config, host) })
      : connectTcp({ host, port })
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      isOpen = true
      resolve(socket)
    })
    socket.once('error', reject)
    return () => {
      if (!isOpen) socket.destroy()
    }
  })
}

/** Settles when the bytes have left. */
function send(socket: Socket, text: string, { config, timers }: ConnectionOf): Promise<void> {
  return within({ timers, limitMs: config.timeoutMs }, (resolve, reject) => {
    const lost = (): void => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
    socket.once('close', lost)
    socket.write(text, (error) => {
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
    return () => void socket.off('close', lost)
  })
}

export function unreached(error: unknown, { config }: ConnectionOf): NodeError {
  const { host, port } = config
  const labels = { host: 'Host', port: 'Port', security: 'Encrypt with TLS' }
  const { text } = networkProblem(error, { host, port, labels, peer: 'Telegraf' })
  return new NodeError('TELEGRAF_UNREACHABLE', text, { cause: error })
}
