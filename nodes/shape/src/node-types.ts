import type { NodeType } from '@millrace/sdk'
import { batch } from './batch/operator.ts'
import { deduplicate } from './deduplicate/operator.ts'
import { delay } from './delay/operator.ts'
import { split } from './split/operator.ts'
import { stateOperator } from './state/operator.ts'
import { throttle } from './throttle/operator.ts'
import { topN } from './top-n/operator.ts'

export const nodeTypes: readonly NodeType[] = [
  deduplicate,
  topN,
  throttle,
  delay,
  batch,
  split,
  stateOperator,
]
