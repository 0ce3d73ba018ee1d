import type { Descriptor } from '@millrace/sdk/descriptor'
import { chatDescriptor } from './chat/descriptor.ts'
import { emailDescriptor } from './email/descriptor.ts'
import { pagerdutyDescriptor } from './pagerduty/descriptor.ts'
import { pagerdutyServiceDescriptor } from './pagerduty-service/descriptor.ts'
import { smtpDescriptor } from './smtp/descriptor.ts'
import { webhookDescriptor } from './webhook/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  smtpDescriptor,
  webhookDescriptor,
  pagerdutyServiceDescriptor,
  emailDescriptor,
  chatDescriptor,
  pagerdutyDescriptor,
]
