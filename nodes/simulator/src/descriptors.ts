import type { Descriptor } from '@millrace/sdk/descriptor'
import { readingsDescriptor } from './readings/descriptor.ts'

export const descriptors: readonly Descriptor[] = [readingsDescriptor]
