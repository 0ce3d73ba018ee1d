import type { NodeType } from '@millrace/sdk'
import { storeRead } from './read/operator.ts'
import { storeWrite } from './write/sink.ts'

export const nodeTypes: readonly NodeType[] = [storeWrite, storeRead]
