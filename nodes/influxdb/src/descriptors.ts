import type { Descriptor } from '@millrace/sdk/descriptor'
import { influxdbConnectionDescriptor } from './connection/descriptor.ts'
import { influxdbOutDescriptor } from './out/descriptor.ts'
import { influxdbQueryDescriptor } from './query/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  influxdbConnectionDescriptor,
  influxdbOutDescriptor,
  influxdbQueryDescriptor,
]
