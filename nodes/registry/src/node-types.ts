import type { NodeType } from '@millrace/sdk'
import { kafkaDecode } from './decode/operator.ts'
import { kafkaEncode } from './encode/operator.ts'
import { kafkaRegistry } from './registry/connection.ts'

export const nodeTypes: readonly NodeType[] = [kafkaRegistry, kafkaDecode, kafkaEncode]
