import type { NodeType } from '@millrace/sdk'
import { anomaly } from './anomaly/operator.ts'
import { change } from './change/operator.ts'
import { heartbeat } from './heartbeat/operator.ts'
import { pattern } from './pattern/operator.ts'
import { rate } from './rate/operator.ts'
import { statistics } from './statistics/operator.ts'

export const nodeTypes: readonly NodeType[] = [
  pattern,
  heartbeat,
  anomaly,
  change,
  rate,
  statistics,
]
