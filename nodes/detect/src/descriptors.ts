import type { Descriptor } from '@millrace/sdk/descriptor'
import { descriptor as anomaly } from './anomaly/descriptor.ts'
import { descriptor as change } from './change/descriptor.ts'
import { descriptor as heartbeat } from './heartbeat/descriptor.ts'
import { descriptor as pattern } from './pattern/descriptor.ts'
import { descriptor as rate } from './rate/descriptor.ts'
import { descriptor as statistics } from './statistics/descriptor.ts'

/** In the order of the palette. */
export const descriptors: readonly Descriptor[] = [
  pattern,
  heartbeat,
  anomaly,
  change,
  rate,
  statistics,
]
