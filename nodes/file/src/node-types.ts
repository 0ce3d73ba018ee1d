import type { NodeType } from '@millrace/sdk'
import { fileOut } from './out/sink.ts'
import { fileRead } from './read/operator.ts'
import { fileTail } from './tail/source.ts'
import { fileWatch } from './watch/source.ts'

export const nodeTypes: readonly NodeType[] = [fileTail, fileWatch, fileRead, fileOut]
