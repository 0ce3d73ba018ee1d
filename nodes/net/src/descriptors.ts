import type { Descriptor } from '@millrace/sdk/descriptor'
import { tcpInDescriptor } from './tcp-in/descriptor.ts'
import { tcpOutDescriptor } from './tcp-out/descriptor.ts'
import { udpInDescriptor } from './udp-in/descriptor.ts'
import { udpOutDescriptor } from './udp-out/descriptor.ts'
import { websocketInDescriptor } from './websocket-in/descriptor.ts'
import { websocketOutDescriptor } from './websocket-out/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  websocketInDescriptor,
  websocketOutDescriptor,
  tcpInDescriptor,
  tcpOutDescriptor,
  udpInDescriptor,
  udpOutDescriptor,
]
