import type { Descriptor } from '@millrace/sdk/descriptor'
import { descriptor as enrich } from './enrich/descriptor.ts'
import { descriptor as interval } from './interval/descriptor.ts'
import { descriptor as lookUp } from './look-up/descriptor.ts'
import { descriptor as merge } from './merge/descriptor.ts'
import { descriptor as sort } from './sort/descriptor.ts'
import { descriptor as window } from './window/descriptor.ts'

/** In the order of the palette. */
export const descriptors: readonly Descriptor[] = [lookUp, enrich, window, interval, merge, sort]
