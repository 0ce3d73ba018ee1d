import type { Descriptor } from '@millrace/sdk/descriptor'
import { dataDescriptor } from './data/descriptor.ts'

export const descriptors: readonly Descriptor[] = [dataDescriptor]
