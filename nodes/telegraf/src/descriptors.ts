import type { Descriptor } from '@millrace/sdk/descriptor'
import { telegrafConnectionDescriptor } from './connection/descriptor.ts'
import { telegrafInDescriptor } from './in/descriptor.ts'
import { telegrafOutDescriptor } from './out/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  telegrafConnectionDescriptor,
  telegrafInDescriptor,
  telegrafOutDescriptor,
]
