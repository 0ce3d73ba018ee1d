import type { Descriptor } from '@millrace/sdk/descriptor'
import { kafkaConnectionDescriptor } from './connection/descriptor.ts'
import { kafkaDecodeDescriptor } from './decode/descriptor.ts'
import { kafkaEncodeDescriptor } from './encode/descriptor.ts'
import { kafkaInDescriptor } from './in/descriptor.ts'
import { kafkaOutDescriptor } from './out/descriptor.ts'
import { kafkaRegistryDescriptor } from './registry/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  kafkaConnectionDescriptor,
  kafkaRegistryDescriptor,
  kafkaInDescriptor,
  kafkaOutDescriptor,
  kafkaDecodeDescriptor,
  kafkaEncodeDescriptor,
]
