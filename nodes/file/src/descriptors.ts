import type { Descriptor } from '@millrace/sdk/descriptor'
import { fileOutDescriptor } from './out/descriptor.ts'

export const descriptors: readonly Descriptor[] = [fileOutDescriptor]
