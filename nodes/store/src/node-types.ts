import type { NodeType } from '@millrace/sdk'
import { storeWrite } from './write/sink.ts'

export const nodeTypes: readonly NodeType[] = [storeWrite]
