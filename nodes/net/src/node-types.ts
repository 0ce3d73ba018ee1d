import type { NodeType } from '@millrace/sdk'
import { tcpIn } from './tcp-in/source.ts'
import { tcpOut } from './tcp-out/sink.ts'
import { udpIn } from './udp-in/source.ts'
import { udpOut } from './udp-out/sink.ts'
import { websocketIn } from './websocket-in/source.ts'
import { websocketOut } from './websocket-out/sink.ts'

export const nodeTypes: readonly NodeType[] = [
  websocketIn,
  websocketOut,
  tcpIn,
  tcpOut,
  udpIn,
  udpOut,
]
