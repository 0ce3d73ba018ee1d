import type { Descriptor } from '@millrace/sdk/descriptor'
import { fileOutDescriptor } from './out/descriptor.ts'
import { fileReadDescriptor } from './read/descriptor.ts'
import { fileTailDescriptor } from './tail/descriptor.ts'
import { fileWatchDescriptor } from './watch/descriptor.ts'

export const descriptors: readonly Descriptor[] = [
  fileTailDescriptor,
  fileWatchDescriptor,
  fileReadDescriptor,
  fileOutDescriptor,
]
