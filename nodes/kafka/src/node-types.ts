import type { NodeType } from '@millrace/sdk'
import { kafkaConnection } from './connection/connection.ts'
import { kafkaIn } from './in/source.ts'
import { kafkaOut } from './out/sink.ts'

export const nodeTypes: readonly NodeType[] = [kafkaConnection, kafkaIn, kafkaOut]
