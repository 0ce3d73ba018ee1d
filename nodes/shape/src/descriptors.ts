import type { Descriptor } from '@millrace/sdk/descriptor'
import { descriptor as batch } from './batch/descriptor.ts'
import { descriptor as deduplicate } from './deduplicate/descriptor.ts'
import { descriptor as delay } from './delay/descriptor.ts'
import { descriptor as split } from './split/descriptor.ts'
import { descriptor as state } from './state/descriptor.ts'
import { descriptor as throttle } from './throttle/descriptor.ts'
import { descriptor as topN } from './top-n/descriptor.ts'

/** In the order of the palette, within each category. */
export const descriptors: readonly Descriptor[] = [
  deduplicate,
  topN,
  throttle,
  delay,
  batch,
  split,
  state,
]
