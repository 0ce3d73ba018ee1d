import type { NodeType } from '@millrace/sdk'
import { fileOut } from './out/sink.ts'

export const nodeTypes: readonly NodeType[] = [fileOut]
