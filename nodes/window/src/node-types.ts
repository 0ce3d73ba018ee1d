import type { NodeType } from '@millrace/sdk'
import { aggregate } from './aggregate/operator.ts'
import { eventTime } from './event-time/operator.ts'

export const nodeTypes: readonly NodeType[] = [aggregate, eventTime]
