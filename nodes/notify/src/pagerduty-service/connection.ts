import { connection } from '@millrace/sdk'
import { pagerdutyServiceDescriptor } from './descriptor.ts'
import { PagerdutyService } from './event-service.ts'
import type { EventService } from './event-service.ts'
import { testSteps } from './test-steps.ts'

export const pagerdutyService = connection<typeof pagerdutyServiceDescriptor, EventService>(
  pagerdutyServiceDescriptor,
  (context) => {
    const service = new PagerdutyService(context)
    return { handle: service, close: () => service.close() }
  },
  testSteps,
)
