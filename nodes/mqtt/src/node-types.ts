import type { NodeType } from '@millrace/sdk'
import { mqttConnection } from './connection/connection.ts'
import { mqttIn } from './in/source.ts'
import { mqttOut } from './out/sink.ts'

export const nodeTypes: readonly NodeType[] = [mqttConnection, mqttIn, mqttOut]
