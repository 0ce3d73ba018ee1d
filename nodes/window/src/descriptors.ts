import type { Descriptor } from '@millrace/sdk/descriptor'
import { descriptor as aggregate } from './aggregate/descriptor.ts'
import { descriptor as eventTime } from './event-time/descriptor.ts'

/** In the order of the palette. */
export const descriptors: readonly Descriptor[] = [aggregate, eventTime]
