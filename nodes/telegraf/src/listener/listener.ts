import type { Precision } from '@millrace/formats'
import type { ConnectionContext } from '@millrace/sdk'
import type { SendOutcome } from '@millrace/web'
import type { telegrafConnectionDescriptor } from '../connection/descriptor.ts'
import { openHttpListener } from './http-listener.ts'
import { openTcpListener } from './tcp-listener.ts'
import { openUdpListener } from './udp-listener.ts'

export type ConnectionOf = ConnectionContext<typeof telegrafConnectionDescriptor>

/** An input of a Telegraf that takes line protocol; what the nodes of a flow share. */
export interface Listener {
  /** As a person calls it, such as `telegraf:8186`. */
  readonly where: string
  /** How precise timestamps have to be written: the same for all. */
  readonly precision: Precision
  /** Sends lines. Never rejects. */
  write(lines: readonly string[]): Promise<SendOutcome>
  close(): void
}

export function openListener(context: ConnectionOf): Listener {
  switch (context.config.listener) {
    case 'tcp':
      return openTcpListener(context)
    case 'udp':
      return openUdpListener(context)
    default:
      return openHttpListener(context)
  }
}
