import type { NodeType } from '@millrace/sdk'
import { change } from './change/operator.ts'
import { pattern } from './pattern/operator.ts'
import { rate } from './rate/operator.ts'

export const nodeTypes: readonly NodeType[] = [pattern, change, rate]
