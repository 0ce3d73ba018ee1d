import type { Descriptor } from '@millrace/sdk/descriptor'
import { fileOutDescriptor } from './out/descriptor.ts'
import { fileTailDescriptor } from './tail/descriptor.ts'

export const descriptors: readonly Descriptor[] = [fileTailDescriptor, fileOutDescriptor]
