import type { NodeType } from '@millrace/sdk'
import { httpEventsOut } from './events-out/sink.ts'
import { httpEvents } from './events/source.ts'
import { httpIn } from './in/source.ts'
import { httpPoll } from './poll/source.ts'
import { httpRequest } from './request/operator.ts'
import { httpResponse } from './response/sink.ts'

export const nodeTypes: readonly NodeType[] = [
  httpIn,
  httpResponse,
  httpRequest,
  httpPoll,
  httpEvents,
  httpEventsOut,
]
