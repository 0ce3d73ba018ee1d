import type { Descriptor } from '@millrace/sdk/descriptor'
import { storeWriteDescriptor } from './write/descriptor.ts'

export const descriptors: readonly Descriptor[] = [storeWriteDescriptor]
