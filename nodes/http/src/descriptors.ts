import type { Descriptor } from '@millrace/sdk/descriptor'
import { httpEventsOutDescriptor } from './events-out/descriptor.ts'
import { httpEventsDescriptor } from './events/descriptor.ts'
import { httpInDescriptor } from './in/descriptor.ts'
import { httpPollDescriptor } from './poll/descriptor.ts'
import { httpRequestDescriptor } from './request/descriptor.ts'
import { httpResponseDescriptor } from './response/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  httpInDescriptor,
  httpResponseDescriptor,
  httpRequestDescriptor,
  httpPollDescriptor,
  httpEventsDescriptor,
  httpEventsOutDescriptor,
]
