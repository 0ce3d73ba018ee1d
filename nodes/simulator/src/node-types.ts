import type { NodeType } from '@millrace/sdk'
import { data } from './data/source.ts'

export const nodeTypes: readonly NodeType[] = [data]
