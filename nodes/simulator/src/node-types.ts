import type { NodeType } from '@millrace/sdk'
import { readings } from './readings/source.ts'

export const nodeTypes: readonly NodeType[] = [readings]
