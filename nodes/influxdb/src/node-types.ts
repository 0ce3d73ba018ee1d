import type { NodeType } from '@millrace/sdk'
import { influxdbConnection } from './connection/connection.ts'
import { influxdbOut } from './out/sink.ts'
import { influxdbQuery } from './query/operator.ts'

export const nodeTypes: readonly NodeType[] = [influxdbConnection, influxdbOut, influxdbQuery]
