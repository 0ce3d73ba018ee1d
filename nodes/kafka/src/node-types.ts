import type { NodeType } from '@millrace/sdk'
import { kafkaConnection } from './connection/connection.ts'
import { kafkaDecode } from './decode/operator.ts'
import { kafkaEncode } from './encode/operator.ts'
import { kafkaIn } from './in/source.ts'
import { kafkaOut } from './out/sink.ts'
import { kafkaRegistry } from './registry/connection.ts'

export const nodeTypes: readonly NodeType[] = [
  kafkaConnection,
  kafkaRegistry,
  kafkaIn,
  kafkaOut,
  kafkaDecode,
  kafkaEncode,
]
