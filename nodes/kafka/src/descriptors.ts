import type { Descriptor } from '@millrace/sdk/descriptor'
import { kafkaConnectionDescriptor } from './connection/descriptor.ts'
import { kafkaInDescriptor } from './in/descriptor.ts'
import { kafkaOutDescriptor } from './out/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  kafkaConnectionDescriptor,
  kafkaInDescriptor,
  kafkaOutDescriptor,
]
