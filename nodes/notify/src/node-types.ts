import type { NodeType } from '@millrace/sdk'
import { chat } from './chat/sink.ts'
import { email } from './email/sink.ts'
import { pagerduty } from './pagerduty/sink.ts'
import { pagerdutyService } from './pagerduty-service/connection.ts'
import { smtp } from './smtp/connection.ts'
import { webhook } from './webhook/connection.ts'

export const nodeTypes: readonly NodeType[] = [
  smtp,
  webhook,
  pagerdutyService,
  email,
  chat,
  pagerduty,
]
