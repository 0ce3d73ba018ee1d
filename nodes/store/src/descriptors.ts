import type { Descriptor } from '@millrace/sdk/descriptor'
import { storeReadDescriptor } from './read/descriptor.ts'
import { storeWriteDescriptor } from './write/descriptor.ts'

export const descriptors: readonly Descriptor[] = [storeWriteDescriptor, storeReadDescriptor]
