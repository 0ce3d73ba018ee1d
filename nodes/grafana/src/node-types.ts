import type { NodeType } from '@millrace/sdk'
import { grafanaAlerts } from './alerts/source.ts'
import { grafanaAnnotation } from './annotation/sink.ts'
import { grafanaConnection } from './connection/connection.ts'
import { grafanaLive } from './live/sink.ts'

export const nodeTypes: readonly NodeType[] = [
  grafanaConnection,
  grafanaAnnotation,
  grafanaLive,
  grafanaAlerts,
]
