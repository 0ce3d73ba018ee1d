import type { NodeType } from '@millrace/sdk'
import { enrich } from './enrich/operator.ts'
import { interval } from './interval/operator.ts'
import { lookUp } from './look-up/operator.ts'
import { merge } from './merge/operator.ts'
import { sort } from './sort/operator.ts'
import { window } from './window/operator.ts'

export const nodeTypes: readonly NodeType[] = [lookUp, enrich, window, interval, merge, sort]
