import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Duplex } from 'node:stream'
import { tlsOptions } from '@millrace/reach'
import type { TlsSettings } from '@millrace/reach'
import { createWebSocketStream, WebSocket } from 'ws'

/** How to reach a broker. */
export interface Target {
  readonly protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss'
  readonly host: string
  readonly port: number
  /** For WebSocket. */
  readonly path: string
  readonly tls: TlsSettings
}

export function isSecure({ protocol }: Target): boolean {
  return protocol === 'mqtts' || protocol === 'wss'
}

/** What a read brought; the bytes are used again for the next one. */
export type OnRead = (bytes: Buffer) => void

/**
 * Opens the network connection. It may not yet be there when this returns. What is read goes to
 * `onRead`; without one, the stream is read as any other.
 */
export function openSocket(target: Target, onRead?: OnRead): Duplex {
  switch (target.protocol) {
    case 'mqtt':
      return openTcp(target, onRead)
    case 'mqtts':
      return openTls(target, onRead)
    case 'ws':
    case 'wss':
      return openWebSocket(target, onRead)
  }
}

const readBytes = 65_536

function openTcp({ host, port }: Target, onRead?: OnRead): Duplex {
  // Without noDelay small packets wait for the acknowledgement of the ones before (Nagle).
  const options = { host, port, noDelay: true }
  if (onRead === undefined) return connectTcp(options)
  // One buffer for all reads: nothing is allocated for each.
  const buffer = Buffer.allocUnsafeSlow(readBytes)
  const callback = (length: number): boolean => {
    onRead(buffer.subarray(0, length))
    return true
  }
  return connectTcp({ ...options, onread: { buffer, callback } })
}

function openTls(target: Target, onRead?: OnRead): Duplex {
  const { host, port } = target
  const socket = connectTls({ host, port, ...tlsOptions(host, target.tls) })
  socket.setNoDelay(true)
  if (onRead !== undefined) socket.on('data', onRead)
  return socket
}

function openWebSocket(target: Target, onRead?: OnRead): Duplex {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host
  const url = `${target.protocol}://${host}:${target.port}${target.path}`
  const socket = new WebSocket(url, ['mqtt'], {
    perMessageDeflate: false,
    ...(target.protocol === 'wss' ? tlsOptions(target.host, target.tls) : {}),
  })
  const stream = createWebSocketStream(socket)
  if (onRead !== undefined) stream.on('data', onRead)
  return stream
}
