import type { Descriptor } from '@millrace/sdk/descriptor'
import { kafkaDecodeDescriptor } from './decode/descriptor.ts'
import { kafkaEncodeDescriptor } from './encode/descriptor.ts'
import { kafkaRegistryDescriptor } from './registry/descriptor.ts'

// Their types are named for Kafka, with which they came first; flows know them by these names.
export const descriptors: readonly Descriptor[] = [
  kafkaRegistryDescriptor,
  kafkaDecodeDescriptor,
  kafkaEncodeDescriptor,
]
