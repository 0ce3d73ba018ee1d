import type { NodeType } from '@millrace/sdk'
import { fileOut } from './out/sink.ts'
import { fileTail } from './tail/source.ts'

export const nodeTypes: readonly NodeType[] = [fileTail, fileOut]
