import type { Descriptor } from '@millrace/sdk/descriptor'
import { mqttConnectionDescriptor } from './connection/descriptor.ts'
import { mqttInDescriptor } from './in/descriptor.ts'
import { mqttOutDescriptor } from './out/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  mqttConnectionDescriptor,
  mqttInDescriptor,
  mqttOutDescriptor,
]
