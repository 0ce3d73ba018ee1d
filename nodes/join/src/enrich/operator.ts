import { operator } from '@millrace/sdk'
import { ArrivalEnrich } from './arrival-enrich.ts'
import { descriptor } from './descriptor.ts'
import { EventTimeEnrich } from './event-time-enrich.ts'

export const enrich = operator(descriptor, (context) =>
  context.config.asOf === 'event' ? new EventTimeEnrich(context) : new ArrivalEnrich(context),
)
